package dev.drover.tests.isolation;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One script: what to prepare, the sessions with their steps, and the orders of steps to try.
 *
 * <p>Source: the README of PostgreSQL's src/test/isolation.
 */
record Spec(
    String name,
    Options options,
    Frame frame,
    List<Session> sessions,
    List<List<Planned>> permutations) {
  /** In which variants a script runs, and whether any session of a deadlock may be the victim. */
  record Options(Set<Placement> placements, List<String> levels, boolean isVictimFree) {
    Options {
      placements = Set.copyOf(placements);
      levels = List.copyOf(levels);
    }
  }

  /** SQL before and after: once for all permutations, and before each of them. */
  record Frame(List<String> once, List<String> setups, Optional<String> teardown) {
    Frame {
      once = List.copyOf(once);
      setups = List.copyOf(setups);
      requireNonNull(teardown);
    }
  }

  /** What one connection does. */
  record Session(String name, Optional<String> setup, Optional<String> teardown, List<Step> steps) {
    Session {
      requireNonNull(setup);
      requireNonNull(teardown);
      steps = List.copyOf(steps);
    }
  }

  record Step(String name, String sql) {}

  /**
   * A step in its place in a permutation.
   *
   * @param mustWait written {@code (*)}: reported as waiting first, whatever it does
   * @param after steps that are to be reported as done before this one is
   */
  record Planned(String session, Step step, boolean mustWait, Set<String> after) {
    Planned {
      after = Set.copyOf(after);
    }

    boolean hasMarks() {
      return mustWait || !after.isEmpty();
    }
  }

  Spec {
    sessions = List.copyOf(sessions);
    permutations = permutations.stream().map(List::copyOf).toList();
    if (sessions.isEmpty() || permutations.isEmpty()) {
      throw new IllegalArgumentException(name + " has nothing to run");
    }
  }

  /** Every order of all steps that keeps the order within each session. */
  static List<List<Planned>> allOrders(List<Session> sessions) {
    Map<Session, Integer> done = new LinkedHashMap<>();
    sessions.forEach(session -> done.put(session, 0));
    List<List<Planned>> orders = new ArrayList<>();
    extend(List.of(), done, orders);
    return orders;
  }

  private static void extend(
      List<Planned> order, Map<Session, Integer> done, List<List<Planned>> orders) {
    boolean isComplete = true;
    for (Session session : done.keySet()) {
      int next = done.get(session);
      if (next == session.steps().size()) {
        continue;
      }
      isComplete = false;
      List<Planned> longer = new ArrayList<>(order);
      longer.add(new Planned(session.name(), session.steps().get(next), false, Set.of()));
      Map<Session, Integer> further = new LinkedHashMap<>(done);
      further.put(session, next + 1);
      extend(longer, further, orders);
    }
    if (isComplete) {
      orders.add(order);
    }
  }

  /** Steps by their names, each with its session. */
  static Map<String, Planned> byName(List<Session> sessions) {
    Map<String, Planned> steps = new HashMap<>();
    for (Session session : sessions) {
      for (Step step : session.steps()) {
        Planned planned = new Planned(session.name(), step, false, Set.of());
        if (steps.put(step.name(), planned) != null) {
          throw new IllegalArgumentException("two steps are named " + step.name());
        }
      }
    }
    return steps;
  }
}
