package dev.drover.tests.histories;

import dev.drover.tests.histories.Observed.Outcome;
import dev.drover.tests.histories.Observed.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The versions of every list of a history, as its longest reading shows them; and what cannot have
 * been read whatever the order of the transactions was.
 */
final class Versions {
  private final Map<Integer, Observed> writers = new HashMap<>();
  private final Map<Integer, List<Integer>> longest = new HashMap<>();
  private final List<Observed> committed = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  Versions(List<Observed> history) {
    for (Observed transaction : history) {
      appends(transaction).forEach(append -> writers.put(append.value(), transaction));
    }
    history.stream().filter(t -> t.outcome() == Outcome.COMMITTED).forEach(this::note);
    Set<Integer> seen = longest.values().stream().flatMap(List::stream).collect(Collectors.toSet());
    history.stream()
        .filter(t -> t.outcome() == Outcome.UNKNOWN)
        .filter(t -> appends(t).stream().anyMatch(append -> seen.contains(append.value())))
        .forEach(this::note);
    committed.forEach(this::check);
  }

  private void note(Observed transaction) {
    committed.add(transaction);
    for (Step.Read read : reads(transaction)) {
      longest.merge(read.key(), read.values(), (a, b) -> a.size() < b.size() ? b : a);
    }
  }

  private void check(Observed transaction) {
    checkOwn(transaction);
    for (Step.Read read : reads(transaction)) {
      List<Integer> values = read.values();
      if (!longest.get(read.key()).subList(0, values.size()).equals(values)) {
        problems.add("%s read what is no version of %d".formatted(transaction, read.key()));
      }
      if (new HashSet<>(values).size() < values.size()) {
        problems.add("%s read a value twice".formatted(transaction));
      }
      values.forEach(value -> checkWriter(transaction, value));
      checkLast(transaction, read);
    }
    for (Step.Append append : appends(transaction)) {
      if (longest.containsKey(append.key())
          && !longest.get(append.key()).contains(append.value())) {
        problems.add("%s was lost: %d".formatted(transaction, append.value()));
      }
    }
  }

  private void checkWriter(Observed reader, int value) {
    if (writer(value).map(w -> w.outcome() == Outcome.ABORTED).orElse(true)) {
      problems.add("%s read %d, which nobody has committed".formatted(reader, value));
    }
  }

  /** Of another's appends to a list all are there or none. */
  private void checkLast(Observed reader, Step.Read read) {
    if (read.values().isEmpty()) {
      return;
    }
    writer(read.values().getLast())
        .filter(writer -> writer.number() != reader.number())
        .filter(writer -> !read.values().containsAll(values(writer, read.key())))
        .ifPresent(writer -> problems.add("%s read a part of %s".formatted(reader, writer)));
  }

  private static Set<Integer> values(Observed writer, int key) {
    return appends(writer).stream()
        .filter(append -> append.key() == key)
        .map(Step.Append::value)
        .collect(Collectors.toSet());
  }

  /** A transaction sees what it has appended itself, at the end. */
  private void checkOwn(Observed transaction) {
    Map<Integer, List<Integer>> own = new HashMap<>();
    for (Step step : transaction.steps()) {
      List<Integer> so = own.computeIfAbsent(step.key(), _ -> new ArrayList<>());
      switch (step) {
        case Step.Append append -> so.add(append.value());
        case Step.Read read -> {
          int others = read.values().size() - so.size();
          if (others < 0 || !read.values().subList(others, read.values().size()).equals(so)) {
            problems.add("%s did not see its own appends".formatted(transaction));
          }
        }
      }
    }
  }

  List<String> problems() {
    return problems;
  }

  /** Those that took place. */
  List<Observed> committed() {
    return committed;
  }

  /** Nothing for a value that nobody has tried to write, which is a problem of its own. */
  Optional<Observed> writer(int value) {
    return Optional.ofNullable(writers.get(value));
  }

  /** The values of a list in the order of their versions. */
  List<Integer> of(int key) {
    return longest.getOrDefault(key, List.of());
  }

  Set<Integer> keys() {
    return longest.keySet();
  }

  static List<Step.Read> reads(Observed transaction) {
    return transaction.steps().stream()
        .filter(Step.Read.class::isInstance)
        .map(Step.Read.class::cast)
        .toList();
  }

  private static List<Step.Append> appends(Observed transaction) {
    return transaction.steps().stream()
        .filter(Step.Append.class::isInstance)
        .map(Step.Append.class::cast)
        .toList();
  }
}
