package dev.drover.redistribute.rebalance;

import static java.util.Comparator.comparingDouble;
import static java.util.Comparator.comparingInt;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Plans moves so that each node carries its share of the load of all groups together.
 *
 * <p>Always takes the move that brings the loads closest to the shares, so that few moves do most
 * of the work; ends when every node is close enough, or no single move helps. Each move lowers the
 * sum of squared distances from the shares, so it ends.
 *
 * <p>Invariant: no slot moves twice, none to a node outside of its group's list; a node without a
 * share keeps nothing that another node of the list can take; equal input gives equal output.
 *
 * <p>Threads: confined to the caller's.
 */
public final class Rebalancing {
  private final List<GroupSlots> groups;
  private final double tolerance;
  private final Map<Integer, Double> targets = new TreeMap<>();
  private final Map<Integer, Double> carried = new TreeMap<>();
  private final List<List<Integer>> owners = new ArrayList<>();

  private Rebalancing(List<GroupSlots> groups, Map<Integer, Double> shares, double tolerance) {
    this.groups = groups.stream().sorted(comparingInt(GroupSlots::group)).toList();
    this.tolerance = tolerance;
    double total =
        groups.stream().flatMap(g -> g.loads().stream()).mapToDouble(Long::doubleValue).sum();
    double sum = shares.values().stream().mapToDouble(Double::doubleValue).sum();
    shares.forEach((node, share) -> targets.put(node, total * share / sum));
    shares.keySet().forEach(node -> carried.put(node, 0.0));
    for (GroupSlots group : this.groups) {
      owners.add(new ArrayList<>(group.owners()));
      for (int slot = 0; slot < group.owners().size(); slot++) {
        carried.merge(group.owners().get(slot), (double) group.loads().get(slot), Double::sum);
      }
    }
  }

  /**
   * The moves, in the order in which they help most.
   *
   * @param shares of every node that counts, not negative and not all zero; others carry nothing
   * @param tolerance how far from its share a node may be, as a part of the share
   */
  public static List<SlotMove> plan(
      List<GroupSlots> groups, Map<Integer, Double> shares, double tolerance) {
    if (shares.values().stream().anyMatch(s -> s < 0)
        || shares.values().stream().allMatch(s -> s == 0)
        || tolerance < 0) {
      throw new IllegalArgumentException("shares must not be negative, nor all zero");
    }
    Rebalancing rebalancing = new Rebalancing(groups, shares, tolerance);
    rebalancing.drain();
    rebalancing.level();
    return rebalancing.moves();
  }

  private record Candidate(int index, int slot, int target, double gain) {}

  /** Whatever a node without a share has goes to where there is most room. */
  private void drain() {
    for (int index = 0; index < groups.size(); index++) {
      GroupSlots group = groups.get(index);
      for (int slot : byLoad(group)) {
        drain(index, slot);
      }
    }
  }

  private void drain(int index, int slot) {
    if (target(owners.get(index).get(slot)) > 0) {
      return;
    }
    groups.get(index).nodes().stream()
        .filter(node -> target(node) > 0)
        .min(comparingDouble(this::excess).thenComparing(Comparator.naturalOrder()))
        .ifPresent(roomiest -> move(index, slot, roomiest));
  }

  /** Heaviest first. */
  private static List<Integer> byLoad(GroupSlots group) {
    List<Integer> slots = new ArrayList<>();
    for (int slot = 0; slot < group.loads().size(); slot++) {
      slots.add(slot);
    }
    slots.sort(Comparator.<Integer>comparingLong(s -> group.loads().get(s)).reversed());
    return slots;
  }

  private void level() {
    Optional<Candidate> best = best();
    while (best.isPresent() && !isLevel()) {
      Candidate candidate = best.get();
      move(candidate.index(), candidate.slot(), candidate.target());
      best = best();
    }
  }

  private boolean isLevel() {
    return carried.keySet().stream()
        .allMatch(node -> Math.abs(excess(node)) <= tolerance * target(node));
  }

  private Optional<Candidate> best() {
    Candidate best = new Candidate(0, 0, 0, 0);
    for (int index = 0; index < groups.size(); index++) {
      GroupSlots group = groups.get(index);
      for (int slot = 0; slot < group.loads().size(); slot++) {
        best = better(best, index, slot);
      }
    }
    return best.gain() > 0 ? Optional.of(best) : Optional.empty();
  }

  /** The best target of this slot, if it beats what was found before. */
  private Candidate better(Candidate before, int index, int slot) {
    Candidate best = before;
    for (int target : groups.get(index).nodes()) {
      double gain = gain(index, slot, target);
      if (gain > best.gain()) {
        best = new Candidate(index, slot, target, gain);
      }
    }
    return best;
  }

  /** By how much the sum of squared distances falls, halved. */
  private double gain(int index, int slot, int target) {
    int source = owners.get(index).get(slot);
    double load = groups.get(index).loads().get(slot);
    if (source == target || load == 0 || target(target) == 0) {
      return 0;
    }
    return load * (excess(source) - excess(target) - load);
  }

  private double excess(int node) {
    return carried.getOrDefault(node, 0.0) - target(node);
  }

  private double target(int node) {
    return targets.getOrDefault(node, 0.0);
  }

  private void move(int index, int slot, int target) {
    int source = owners.get(index).get(slot);
    double load = groups.get(index).loads().get(slot);
    carried.merge(source, -load, Double::sum);
    carried.merge(target, load, Double::sum);
    owners.get(index).set(slot, target);
  }

  /** From where each slot was to where it has come; heaviest first. */
  private List<SlotMove> moves() {
    List<SlotMove> moves = new ArrayList<>();
    for (int index = 0; index < groups.size(); index++) {
      GroupSlots group = groups.get(index);
      for (int slot = 0; slot < group.owners().size(); slot++) {
        int source = group.owners().get(slot);
        int target = owners.get(index).get(slot);
        if (source != target) {
          moves.add(new SlotMove(group.group(), slot, source, target, group.loads().get(slot)));
        }
      }
    }
    moves.sort(Comparator.comparingLong(SlotMove::load).reversed());
    return List.copyOf(moves);
  }
}
