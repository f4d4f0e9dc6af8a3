package dev.drover.tests.generated;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Cuts a case down while the servers still differ in the same way. */
final class Shrinker {
  private static final int MOST_TRIES = 600;

  private final Function<Case, Outcome> runner;
  private final Set<String> tried = new HashSet<>();

  Shrinker(Function<Case, Outcome> runner) {
    this.runner = runner;
  }

  /** The smallest case that was found, and how it differs. */
  String shrink(Case first, Outcome.Differs difference) {
    Case smallest = first;
    Outcome.Differs last = difference;
    Optional<Smaller> next = smaller(smallest, last.kind());
    while (next.isPresent()) {
      smallest = next.get().smaller();
      last = next.get().outcome();
      next = smaller(smallest, last.kind());
    }
    return "%s%n  differs (%s) in %s".formatted(smallest, last.kind(), last.description());
  }

  private record Smaller(Case smaller, Outcome.Differs outcome) {}

  private Optional<Smaller> smaller(Case from, String kind) {
    List<Case> candidates = from.smaller().toList();
    for (Case candidate : candidates) {
      if (tried.size() >= MOST_TRIES) {
        return Optional.empty();
      }
      if (!tried.add(candidate.toString())) {
        continue;
      }
      if (runner.apply(candidate) instanceof Outcome.Differs differs
          && differs.kind().equals(kind)) {
        return Optional.of(new Smaller(candidate, differs));
      }
    }
    return Optional.empty();
  }
}
