package dev.drover.tests.concurrency;

import java.util.HashSet;
import java.util.Set;

/**
 * What clients were told of their transfers.
 *
 * @param acknowledged COMMIT was answered with success
 * @param refused an error came before COMMIT was sent, or COMMIT itself was refused
 * @param unknown the connection was lost while COMMIT was under way
 */
record Outcomes(Set<Long> acknowledged, Set<Long> refused, Set<Long> unknown) {
  Outcomes {
    acknowledged = Set.copyOf(acknowledged);
    refused = Set.copyOf(refused);
    unknown = Set.copyOf(unknown);
  }

  static Outcomes none() {
    return new Outcomes(Set.of(), Set.of(), Set.of());
  }

  Outcomes plus(Outcomes other) {
    return new Outcomes(
        union(acknowledged, other.acknowledged),
        union(refused, other.refused),
        union(unknown, other.unknown));
  }

  /** Whether each of these transfers is one of which success was told or is possible. */
  boolean explains(Set<Long> ids) {
    return union(acknowledged, unknown).containsAll(ids);
  }

  private static Set<Long> union(Set<Long> left, Set<Long> right) {
    Set<Long> all = new HashSet<>(left);
    all.addAll(right);
    return all;
  }
}
