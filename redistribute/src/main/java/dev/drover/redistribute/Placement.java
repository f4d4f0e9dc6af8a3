package dev.drover.redistribute;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Chooses the node of each slot of a colocation group.
 *
 * <p>There is one group for each list of nodes, so that all tables on the same nodes, with keys
 * that hash alike, lie together.
 *
 * <p>Invariant: no node has more than one slot more than another of the list, and equal input gives
 * equal output.
 */
public final class Placement {
  private Placement() {}

  /** For a new group: slot r is on the node at r modulo the number of nodes, by ascending id. */
  public static List<Integer> place(List<Integer> nodes, int modulus) {
    List<Integer> ordered = ordered(nodes, modulus);
    List<Integer> slots = new ArrayList<>(modulus);
    for (int slot = 0; slot < modulus; slot++) {
      slots.add(ordered.get(slot % ordered.size()));
    }
    return List.copyOf(slots);
  }

  /**
   * For a group whose list of nodes changes: moves as few slots as balance allows.
   *
   * @param current the node of each slot
   */
  public static List<Integer> rebalance(List<Integer> current, List<Integer> nodes) {
    return rebalance(current, nodes, Collections.nCopies(current.size(), 1L));
  }

  /**
   * The same, where slots weigh different things: of those that a node may give, those that weigh
   * together as much as so many slots do on average, and rather less than more.
   */
  public static List<Integer> rebalance(
      List<Integer> current, List<Integer> nodes, List<Long> loads) {
    List<Integer> ordered = ordered(nodes, current.size());
    Map<Integer, Integer> room = room(current, ordered);
    List<Integer> slots = new ArrayList<>(current);
    List<Integer> homeless = leaving(current, room, loads);
    for (int slot = 0; slot < slots.size(); slot++) {
      if (!homeless.contains(slot)) {
        room.merge(slots.get(slot), -1, Integer::sum);
      }
    }
    for (int slot : homeless) {
      int target = ordered.stream().filter(n -> room.get(n) > 0).findFirst().orElseThrow();
      slots.set(slot, target);
      room.put(target, room.get(target) - 1);
    }
    return List.copyOf(slots);
  }

  /** Of each node those for which it has no room, in their order. */
  private static List<Integer> leaving(
      List<Integer> current, Map<Integer, Integer> room, List<Long> loads) {
    double mean = loads.stream().mapToLong(Long::longValue).sum() / (double) loads.size();
    List<Integer> leaving = new ArrayList<>();
    double owed = 0;
    for (int node : current.stream().distinct().sorted().toList()) {
      List<Integer> candidates = new ArrayList<>(slotsOf(current, node));
      for (int left = candidates.size() - room.getOrDefault(node, 0); left > 0; left--) {
        owed += mean;
        int slot = nearest(candidates, loads, owed);
        candidates.remove(Integer.valueOf(slot));
        leaving.add(slot);
        owed -= loads.get(slot);
      }
    }
    Collections.sort(leaving);
    return leaving;
  }

  private static List<Integer> slotsOf(List<Integer> current, int node) {
    return IntStream.range(0, current.size())
        .filter(slot -> current.get(slot) == node)
        .boxed()
        .toList();
  }

  /** The heaviest that does not exceed the bound, else the lightest; the last of equal ones. */
  private static int nearest(List<Integer> slots, List<Long> loads, double bound) {
    int best = slots.getLast();
    for (int slot : slots.reversed()) {
      long load = loads.get(slot);
      long known = loads.get(best);
      boolean isBetter = known > bound ? load < known : load > known && load <= bound;
      best = isBetter ? slot : best;
    }
    return best;
  }

  /** How many slots each node gets; those that hold most now get the odd ones. */
  private static Map<Integer, Integer> room(List<Integer> current, List<Integer> nodes) {
    List<Integer> byLoad = new ArrayList<>(nodes);
    byLoad.sort(
        (a, b) ->
            Integer.compare(Collections.frequency(current, b), Collections.frequency(current, a)));
    Map<Integer, Integer> room = new HashMap<>();
    int odd = current.size() % nodes.size();
    for (int i = 0; i < byLoad.size(); i++) {
      room.put(byLoad.get(i), current.size() / nodes.size() + (i < odd ? 1 : 0));
    }
    return room;
  }

  private static List<Integer> ordered(List<Integer> nodes, int modulus) {
    List<Integer> ordered = nodes.stream().distinct().sorted().toList();
    if (ordered.isEmpty() || modulus < 1) {
      throw new IllegalArgumentException("slots need at least one node");
    }
    return ordered;
  }
}
