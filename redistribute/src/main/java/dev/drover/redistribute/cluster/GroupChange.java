package dev.drover.redistribute.cluster;

import static java.util.stream.Collectors.joining;

import dev.drover.redistribute.Placement;
import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.cluster.ClusterTables.Group;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobFailed;
import dev.drover.redistribute.rebalance.SlotMove;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A colocation group's list of nodes becomes another one, and its slots follow.
 *
 * <p>There is one group for each list. If the other list has one with tables of its own, the two
 * become one when their slots are on the same nodes; until then the group keeps its old list.
 *
 * <p>Threads: confined to the job's thread; blocks.
 */
final class GroupChange {
  private static final int MAX_TRIES = 50;

  private final ClaimedChange change;
  private final JobControl control;
  private final LeafSizes sizes;

  GroupChange(ClusterChange cluster, JobControl control, LeafSizes sizes) {
    this.change = new ClaimedChange(cluster, control, MAX_TRIES);
    this.control = control;
    this.sizes = sizes;
  }

  /** A group that is to have another list of nodes. */
  record Wanted(Group group, List<Integer> nodes) {}

  /**
   * Writes the new lists and the moves of all groups down, in one transaction with another change.
   */
  void begin(ClusterTables tables, List<Wanted> wanted, String also) throws SQLException {
    List<SlotMove> moves = new ArrayList<>();
    wanted.forEach(w -> moves.addAll(moves(w, tables.group(w.nodes()))));
    commit(
        parts -> {
          parts.metadata(also);
          for (Wanted each : wanted) {
            Optional<Group> other = tables.group(each.nodes());
            if (other.map(o -> o.tables().isEmpty()).orElse(true)) {
              other.ifPresent(o -> drop(parts, o));
              rename(parts, each);
            }
          }
          write(parts, moves);
        });
  }

  /** Moves of a plan, as the job's. */
  void begin(List<SlotMove> moves) throws SQLException {
    commit(parts -> write(parts, moves));
  }

  /** Those of the group itself and, where it must go with another one, of that if it is cheaper. */
  private List<SlotMove> moves(Wanted wanted, Optional<Group> other) {
    Group group = wanted.group();
    List<Integer> balanced = Placement.rebalance(group.slots(), wanted.nodes(), loads(group));
    if (other.isEmpty() || other.get().tables().isEmpty()) {
      return moves(group, balanced);
    }
    List<SlotMove> joining = moves(group, other.get().slots());
    List<SlotMove> both = new ArrayList<>(moves(group, balanced));
    both.addAll(moves(other.get(), balanced));
    return bytes(joining) <= bytes(both) ? joining : both;
  }

  private List<Long> loads(Group group) {
    return IntStream.range(0, group.slots().size())
        .mapToObj(slot -> sizes.of(group.id(), slot).bytes())
        .toList();
  }

  private List<SlotMove> moves(Group group, List<Integer> owners) {
    List<SlotMove> moves = new ArrayList<>();
    for (int slot = 0; slot < owners.size(); slot++) {
      int source = group.slots().get(slot);
      if (source != owners.get(slot)) {
        long bytes = sizes.of(group.id(), slot).bytes();
        moves.add(new SlotMove(group.id(), slot, source, owners.get(slot), bytes));
      }
    }
    return moves;
  }

  private static long bytes(List<SlotMove> moves) {
    return moves.stream().mapToLong(SlotMove::load).sum();
  }

  private void write(ClusterChange.Parts parts, List<SlotMove> moves) {
    if (!moves.isEmpty()) {
      parts.metadata(
          "INSERT INTO drover.move (job, colocation_group, slot, source, target, bytes_total,"
              + " rows_total) VALUES "
              + moves.stream().map(this::row).collect(joining(", ")));
    }
  }

  private String row(SlotMove move) {
    LeafSizes.Size size = sizes.of(move.group(), move.slot());
    return "(%s, %d, %d, %d, %d, %d, %d)"
        .formatted(
            control.job().id(),
            move.group(),
            move.slot(),
            move.source(),
            move.target(),
            size.bytes(),
            size.rows());
  }

  /** After the moves: groups that had to wait for their slots join the others. */
  void finish(ClusterTables tables, List<Wanted> wanted) throws SQLException {
    for (Wanted each : wanted) {
      Optional<Group> other = tables.group(each.nodes());
      if (other.isPresent() && !other.get().slots().equals(each.group().slots())) {
        throw new JobFailed(
            "colocation groups %d and %d were changed meanwhile"
                .formatted(each.group().id(), other.get().id()));
      }
    }
    if (!wanted.isEmpty()) {
      commit(parts -> wanted.forEach(each -> join(parts, each, tables.group(each.nodes()))));
    }
  }

  private static void join(ClusterChange.Parts parts, Wanted wanted, Optional<Group> other) {
    if (other.isEmpty()) {
      rename(parts, wanted);
      return;
    }
    parts.metadata(
        "UPDATE drover.distributions SET colocation_group = %d, nodes = %s WHERE colocation_group = %d"
            .formatted(other.get().id(), ClusterTables.array(wanted.nodes()), wanted.group().id()));
    drop(parts, wanted.group());
  }

  private static void rename(ClusterChange.Parts parts, Wanted wanted) {
    String nodes = ClusterTables.array(wanted.nodes());
    int id = wanted.group().id();
    parts.metadata(
        "UPDATE drover.colocation_groups SET nodes = %s WHERE id = %d".formatted(nodes, id));
    parts.metadata(
        "UPDATE drover.distributions SET nodes = %s WHERE colocation_group = %d"
            .formatted(nodes, id));
  }

  private static void drop(ClusterChange.Parts parts, Group group) {
    parts.metadata("DELETE FROM drover.colocation_groups WHERE id = " + group.id());
  }

  private void commit(ClusterChange.Work work) throws SQLException {
    change.run("the list of nodes of a colocation group", work);
  }
}
