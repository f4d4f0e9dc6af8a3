package dev.drover.planner.catalog;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The colocation group of hash-distributed tables: which node holds the leaf of each remainder.
 *
 * <p>A slot that has moved there and back is where it was, and yet rows of it may be too new for a
 * snapshot that was taken before: maps are equal only if no slot has moved between them.
 *
 * <p>Tables of one group with equal keys live on equal nodes, leaf by leaf.
 *
 * <p>Threads: immutable.
 */
public final class ShardMap {
  private final int groupId;
  private final int[] nodeOfSlot;
  private final int[] moves;
  private final List<Integer> nodes;

  private ShardMap(int groupId, int[] nodeOfSlot, int[] moves) {
    this.groupId = groupId;
    this.nodeOfSlot = nodeOfSlot;
    this.moves = moves;
    this.nodes = IntStream.of(nodeOfSlot).distinct().sorted().boxed().toList();
  }

  /** {@code nodeOfSlot[r]} is the id of the node that holds remainder r. */
  public static ShardMap of(int groupId, int[] nodeOfSlot) {
    return of(groupId, nodeOfSlot, new int[nodeOfSlot.length]);
  }

  /** {@code moves[r]} says how often remainder r has changed its node. */
  public static ShardMap of(int groupId, int[] nodeOfSlot, int[] moves) {
    if (nodeOfSlot.length == 0) {
      throw new IllegalArgumentException("a shard map needs at least one slot");
    }
    return new ShardMap(groupId, nodeOfSlot.clone(), moves.clone());
  }

  public int groupId() {
    return groupId;
  }

  public int modulus() {
    return nodeOfSlot.length;
  }

  public int nodeOf(int slot) {
    return nodeOfSlot[slot];
  }

  /** Ids of the nodes that hold at least one slot, ascending. */
  public List<Integer> nodes() {
    return nodes;
  }

  public int[] slotsOf(int node) {
    return IntStream.range(0, nodeOfSlot.length).filter(s -> nodeOfSlot[s] == node).toArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ShardMap that
        && groupId == that.groupId
        && Arrays.equals(nodeOfSlot, that.nodeOfSlot)
        && Arrays.equals(moves, that.moves);
  }

  @Override
  public int hashCode() {
    return 31 * groupId + Arrays.hashCode(nodeOfSlot);
  }

  @Override
  public String toString() {
    return "ShardMap[" + groupId + " " + Arrays.toString(nodeOfSlot) + "]";
  }
}
