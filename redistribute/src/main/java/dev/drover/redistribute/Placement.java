package dev.drover.redistribute;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    List<Integer> ordered = ordered(nodes, current.size());
    Map<Integer, Integer> room = room(current, ordered);
    List<Integer> slots = new ArrayList<>(current);
    List<Integer> homeless = new ArrayList<>();
    for (int slot = 0; slot < slots.size(); slot++) {
      int left = room.getOrDefault(slots.get(slot), 0);
      if (left == 0) {
        homeless.add(slot);
      } else {
        room.put(slots.get(slot), left - 1);
      }
    }
    for (int slot : homeless) {
      int target = ordered.stream().filter(n -> room.get(n) > 0).findFirst().orElseThrow();
      slots.set(slot, target);
      room.put(target, room.get(target) - 1);
    }
    return List.copyOf(slots);
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
