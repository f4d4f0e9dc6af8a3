package dev.drover.coordinator.explain;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The whole answer of one EXPLAIN.
 *
 * @param times of planning and execution, by their names; empty without a summary
 */
public record Explained(ExplainNode root, Map<String, Double> times) {
  private static final String STEP = "      ";

  public Explained {
    requireNonNull(root);
    times = new LinkedHashMap<>(times);
  }

  /** FORMAT TEXT: a row per line. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    write(root, "", "  ", lines);
    times.forEach((name, millis) -> lines.add(name + ": " + decimal(millis) + " ms"));
    return lines;
  }

  /** {@code head} stands before the node's type, {@code indent} before all else of it. */
  private static void write(ExplainNode node, String head, String indent, List<String> lines) {
    lines.add(head + node.type() + node.suffix() + measured(node.measures()));
    for (ExplainNode.Property property : node.properties()) {
      lines.add(indent + property.label() + ": " + text(property.value()));
    }
    for (ExplainNode child : node.children()) {
      write(child, indent + "->  ", indent + STEP, lines);
    }
    for (ServerPlan server : node.servers()) {
      write(server, indent, lines);
    }
  }

  private static void write(ServerPlan server, String indent, List<String> lines) {
    if (server.answer() instanceof ServerPlan.Answer.Lines(var own)) {
      boolean named = !server.node().isEmpty();
      if (named) {
        lines.add(indent + "Plan on " + server.node());
      }
      String outer = named ? indent + "  " : indent;
      String rest = outer + "    ";
      for (int i = 0; i < own.size(); i++) {
        lines.add((i == 0 ? outer + "->  " : rest) + own.get(i));
      }
    }
  }

  private static String measured(ExplainNode.Measures measures) {
    StringBuilder text = new StringBuilder();
    measures
        .estimate()
        .ifPresent(
            e ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "  (cost=%.2f..%.2f rows=%.0f width=%d)",
                        e.startup(),
                        e.total(),
                        e.rows(),
                        e.width())));
    measures
        .rows()
        .ifPresent(
            rows -> {
              text.append(" (actual ");
              measures
                  .millis()
                  .ifPresent(m -> text.append("time=0.000..").append(decimal(m) + " "));
              text.append(String.format(Locale.ROOT, "rows=%.0f loops=1)", rows));
            });
    return text.toString();
  }

  private static String text(Json value) {
    return switch (value) {
      case Json.Text(var text) -> text;
      case Json.Literal(var text) -> text;
      case Json.Elements(var elements) ->
          String.join(", ", elements.stream().map(Explained::text).toList());
      case Json.Members(var members) ->
          String.join(
              " ",
              members.entrySet().stream().map(e -> e.getKey() + "=" + text(e.getValue())).toList());
    };
  }

  private static String decimal(double millis) {
    return String.format(Locale.ROOT, "%.3f", millis);
  }

  /** The other formats' array of one statement. */
  public Json document() {
    Map<String, Json> statement = new LinkedHashMap<>();
    statement.put("Plan", tree(root, Map.of()));
    times.forEach((name, millis) -> statement.put(name, new Json.Literal(decimal(millis))));
    return new Json.Elements(List.of(new Json.Members(statement)));
  }

  private static Json tree(ExplainNode node, Map<String, Json> inFront) {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("Node Type", new Json.Text(node.type()));
    members.putAll(inFront);
    node.measures()
        .estimate()
        .ifPresent(
            e -> {
              members.put("Startup Cost", cost(e.startup()));
              members.put("Total Cost", cost(e.total()));
              members.put("Plan Rows", Json.number(Math.round(e.rows())));
              members.put("Plan Width", Json.number(e.width()));
            });
    node.measures()
        .rows()
        .ifPresent(
            rows -> {
              node.measures()
                  .millis()
                  .ifPresent(
                      m -> {
                        members.put("Actual Startup Time", new Json.Literal("0.000"));
                        members.put("Actual Total Time", new Json.Literal(decimal(m)));
                      });
              members.put("Actual Rows", Json.number(Math.round(rows)));
              members.put("Actual Loops", Json.number(1));
            });
    node.properties().forEach(p -> members.put(p.key(), p.value()));
    List<Json> plans = new ArrayList<>();
    Map<String, Json> outer = Map.of("Parent Relationship", new Json.Text("Outer"));
    node.children().forEach(child -> plans.add(tree(child, outer)));
    node.servers().forEach(server -> plans.add(tree(server)));
    if (!plans.isEmpty()) {
      members.put("Plans", new Json.Elements(plans));
    }
    return new Json.Members(members);
  }

  private static Json cost(double cost) {
    return new Json.Literal(String.format(Locale.ROOT, "%.2f", cost));
  }

  /** The server's plan with its node's name, and with what else it says of the whole statement. */
  private static Json tree(ServerPlan server) {
    if (!(server.answer() instanceof ServerPlan.Answer.Tree answer)) {
      throw new IllegalStateException("a plan in text has no tree");
    }
    Map<String, Json> inFront = new LinkedHashMap<>();
    answer.plan().get("Node Type").ifPresent(type -> inFront.put("Node Type", type));
    inFront.put("Parent Relationship", new Json.Text("Member"));
    if (!server.node().isEmpty()) {
      inFront.put("Subplan Name", new Json.Text("Plan on " + server.node()));
    }
    Map<String, Json> behind = new LinkedHashMap<>(answer.statement().members());
    behind.remove("Plan");
    behind.values().removeIf(v -> v instanceof Json.Elements(var e) && e.isEmpty());
    return answer.plan().with(inFront, true).with(behind, false);
  }
}
