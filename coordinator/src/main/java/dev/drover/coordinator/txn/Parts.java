package dev.drover.coordinator.txn;

import java.util.HashSet;
import java.util.Set;

/** Sets of the participants' indexes that a commit or a PREPARE is waiting for. */
final class Parts {
  private Parts() {}

  static Set<Integer> with(Set<Integer> set, int element) {
    Set<Integer> result = new HashSet<>(set);
    result.add(element);
    return result;
  }

  static Set<Integer> without(Set<Integer> set, int element) {
    Set<Integer> result = new HashSet<>(set);
    if (!result.remove(element)) {
      throw new IllegalStateException("participant " + element + " has nothing outstanding");
    }
    return result;
  }
}
