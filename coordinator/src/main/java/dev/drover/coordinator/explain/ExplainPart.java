package dev.drover.coordinator.explain;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.fragments.ExchangeCount;
import dev.drover.planner.plan.ExplainOptions;
import dev.drover.planner.plan.SqlText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One step of a plan that is explained, while what there is to say of it comes together.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ExplainPart {
  private static final double NANOS_PER_MILLI = 1e6;

  /** A text that nodes run, and explain. */
  record Question(List<Integer> nodes, SqlText text, Rendering rendering, boolean writes) {
    Question {
      nodes = List.copyOf(nodes);
      requireNonNull(text);
      requireNonNull(rendering);
    }
  }

  private final String type;
  private final String suffix;
  private final List<ExplainNode.Property> properties = new ArrayList<>();
  private final List<ExplainPart> children = new ArrayList<>();
  private final List<ServerPlan> servers = new ArrayList<>();
  private Optional<Question> question = Optional.empty();
  private String relation = "";
  private boolean passes;
  private Optional<Double> rows = Optional.empty();
  private Optional<Double> millis = Optional.empty();

  /** {@code suffix} stands behind the type in text. */
  ExplainPart(String type, String suffix) {
    this.type = requireNonNull(type);
    this.suffix = requireNonNull(suffix);
  }

  ExplainPart says(String label, String key, Json value) {
    properties.add(new ExplainNode.Property(label, key, value));
    return this;
  }

  ExplainPart says(String label, String key, String value) {
    return says(label, key, new Json.Text(value));
  }

  ExplainPart over(ExplainPart child) {
    children.add(child);
    return this;
  }

  /** The rows of what is below go through it. */
  ExplainPart passing(ExplainPart child) {
    passes = true;
    return over(child);
  }

  ExplainPart asks(Question asked) {
    question = Optional.of(asked);
    return this;
  }

  /** It is the exchange that fills this relation. */
  ExplainPart fills(String filled) {
    relation = filled;
    return this;
  }

  Optional<Question> question() {
    return question;
  }

  List<ServerPlan> servers() {
    return servers;
  }

  /** This and all below, from the top. */
  List<ExplainPart> all() {
    List<ExplainPart> all = new ArrayList<>(List.of(this));
    children.forEach(child -> all.addAll(child.all()));
    return all;
  }

  void measured(double rowCount, long nanos) {
    rows = Optional.of(rowCount);
    millis = Optional.of(nanos / NANOS_PER_MILLI);
  }

  /** What went through exchanges, by node. */
  void measured(List<ExchangeCount> counts, ExplainOptions options, Names names) {
    List<ExchangeCount> own =
        relation.isEmpty()
            ? List.of()
            : counts.stream().filter(c -> c.relation().equals(relation)).toList();
    if (!own.isEmpty()) {
      measured(
          (double) own.stream().mapToLong(ExchangeCount::rows).sum(),
          own.stream().mapToLong(ExchangeCount::nanos).max().orElse(0));
      moved(own, options, names);
    }
    children.forEach(child -> child.measured(counts, options, names));
  }

  private void moved(List<ExchangeCount> counts, ExplainOptions options, Names names) {
    long bytes = counts.stream().mapToLong(ExchangeCount::bytes).sum();
    says("Bytes moved", "Bytes Moved", Json.number(bytes));
    if (!options.nodes() || counts.size() == 1) {
      return;
    }
    for (ExchangeCount count : counts) {
      Map<String, Json> values = new LinkedHashMap<>();
      if (options.timing()) {
        double time = count.nanos() / NANOS_PER_MILLI;
        values.put("time", new Json.Literal(String.format(Locale.ROOT, "%.3f", time)));
      }
      values.put("rows", Json.number(count.rows()));
      values.put("bytes", Json.number(count.bytes()));
      String label = "From " + names.of(count.node());
      says(label, label, new Json.Members(values));
    }
  }

  /** What only passes rows on is as large as what is below. */
  private Optional<ServerPlan.Estimate> estimate() {
    return passes && children.size() == 1
        ? children.getFirst().estimate()
        : ExplainNode.estimate(servers);
  }

  /** Names of nodes by their ids. */
  @FunctionalInterface
  interface Names {
    String of(int node);
  }

  /** As it is shown; text shows the plan of one server only, unless more is asked for. */
  ExplainNode node(ExplainOptions options) {
    boolean all =
        options.nodes() && (options.verbose() || options.format() != ExplainOptions.Format.TEXT);
    List<ServerPlan> shown = all || servers.size() < 2 ? servers : servers.subList(0, 1);
    List<ExplainNode.Property> said = new ArrayList<>(properties);
    if (shown.size() < servers.size() && options.nodes()) {
      String some = "1 of " + servers.size() + " (VERBOSE shows all)";
      said.add(ExplainNode.Property.of("Plans shown", "Plans Shown", some));
    }
    Optional<Double> yielded =
        rows.or(() -> servers.stream().flatMap(s -> s.actualRows().stream()).reduce(Double::sum));
    return new ExplainNode(
        type,
        suffix,
        new ExplainNode.Measures(estimate(), options.timing() ? millis : Optional.empty(), yielded),
        said,
        children.stream().map(child -> child.node(options)).toList(),
        options.nodes() ? shown : shown.stream().map(ServerPlan::unnamed).toList());
  }
}
