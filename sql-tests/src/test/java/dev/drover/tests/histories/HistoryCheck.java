package dev.drover.tests.histories;

import dev.drover.tests.histories.Graph.Edge;
import dev.drover.tests.histories.Graph.Reason;
import dev.drover.tests.histories.Observed.Outcome;
import dev.drover.tests.histories.Observed.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Looks for circles in what depended on what. Values are only ever appended to lists, so every
 * reading of a list tells all its versions so far, who wrote each, and who wrote the next one.
 *
 * <p>Source: Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from Experimental
 * Observations", 2020; Adya, "Weak Consistency", 1999.
 */
final class HistoryCheck {
  /** What must not be; each also counts that a transaction follows those that it came after. */
  enum Level {
    /** No circle. */
    SERIALIZABLE,
    /** No circle but those in which two transactions in a row did not see what the next wrote. */
    SNAPSHOT
  }

  private final Versions versions;
  private final Map<Integer, Integer> nodes = new HashMap<>();
  private final Graph graph;

  HistoryCheck(List<Observed> history) {
    versions = new Versions(history);
    List<Observed> committed = versions.committed();
    committed.forEach(transaction -> nodes.put(transaction.number(), nodes.size()));
    graph = new Graph(3 * committed.size());
    versions.keys().forEach(this::addVersions);
    committed.forEach(this::addReads);
    addTime();
  }

  /** One text for each thing that is wrong; at most one circle. */
  List<String> problems(Level level) {
    List<String> problems = new ArrayList<>(versions.problems());
    List<Edge> circle =
        switch (level) {
          case SERIALIZABLE -> graph.circle();
          case SNAPSHOT -> graph.withoutAdjacentReadWrites().circle();
        };
    if (!circle.isEmpty()) {
      problems.add("a circle: " + circle.stream().map(this::text).collect(Collectors.joining()));
    }
    return problems;
  }

  private void addVersions(int key) {
    List<Integer> values = versions.of(key);
    for (int i = 1; i < values.size(); i++) {
      add(values.get(i - 1), Reason.WRITE_WRITE, values.get(i));
    }
  }

  private void add(int first, Reason reason, int second) {
    versions
        .writer(first)
        .ifPresent(from -> versions.writer(second).ifPresent(to -> add(from, reason, to)));
  }

  private void add(Observed first, Reason reason, Observed second) {
    boolean tookPlace = nodes.containsKey(first.number()) && nodes.containsKey(second.number());
    if (tookPlace) {
      graph.add(nodes.get(first.number()), reason, nodes.get(second.number()));
    }
  }

  private void addReads(Observed reader) {
    for (Step.Read read : Versions.reads(reader)) {
      List<Integer> all = versions.of(read.key());
      int seen = read.values().size();
      if (seen > 0) {
        versions
            .writer(read.values().getLast())
            .ifPresent(writer -> add(writer, Reason.WRITE_READ, reader));
      }
      if (seen < all.size()) {
        versions.writer(all.get(seen)).ifPresent(writer -> add(reader, Reason.READ_WRITE, writer));
      }
    }
  }

  /** A chain of moments: who ended comes before a moment, which comes before who began later. */
  private void addTime() {
    record Moment(long at, boolean isEnd, Observed of) {}
    List<Moment> moments = new ArrayList<>();
    for (Observed transaction : versions.committed()) {
      moments.add(new Moment(transaction.began(), false, transaction));
      if (transaction.outcome() == Outcome.COMMITTED) {
        moments.add(new Moment(transaction.ended(), true, transaction));
      }
    }
    moments.sort(Comparator.comparingLong(Moment::at).thenComparing(Moment::isEnd));
    int node = nodes.size();
    for (int i = 0; i < moments.size(); i++, node++) {
      if (i > 0) {
        graph.add(node - 1, Reason.TIME, node);
      }
      int transaction = nodes.get(moments.get(i).of().number());
      if (moments.get(i).isEnd()) {
        graph.add(transaction, Reason.TIME, node);
      } else {
        graph.add(node, Reason.TIME, transaction);
      }
    }
  }

  private String text(Edge edge) {
    int node = edge.from() % (3 * nodes.size());
    if (node >= nodes.size()) {
      return "";
    }
    return "%n  %s -%s->".formatted(versions.committed().get(node), edge.reason().sign());
  }
}
