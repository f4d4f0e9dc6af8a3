package dev.drover.tests.differential;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Which scenarios a script goes through. */
final class Scenarios {
  /** A scenario that has no schema yet. */
  record Plan(Placement placement, Mode mode, int literals) {
    Scenario in(String schema) {
      return new Scenario(placement, mode, literals, schema);
    }

    boolean is(Mode otherMode, int otherLiterals) {
      return mode == otherMode && literals == otherLiterals;
    }
  }

  private Scenarios() {}

  /**
   * Every placement with both sets of literals and at least two modes; by the key with every mode.
   * Other placements take turns among the modes.
   */
  static List<Plan> of(Set<Placement> placements, boolean isComplete) {
    return placements.stream()
        .sorted()
        .flatMap(Scenarios::of)
        .filter(plan -> isComplete || isChosen(plan))
        .toList();
  }

  private static Stream<Plan> of(Placement placement) {
    return Arrays.stream(Mode.values())
        .flatMap(mode -> Stream.of(new Plan(placement, mode, 0), new Plan(placement, mode, 1)));
  }

  private static boolean isChosen(Plan plan) {
    return switch (plan.placement()) {
      case KEY ->
          plan.mode() == Mode.SIMPLE || plan.literals() == (plan.mode() == Mode.BINARY ? 1 : 0);
      case UNHELPFUL, REPLICATED -> plan.is(Mode.SIMPLE, 0) || plan.is(Mode.BINARY, 1);
      case ROUNDROBIN, DEFAULT -> plan.is(Mode.PREPARED, 0) || plan.is(Mode.SIMPLE, 1);
    };
  }
}
