package dev.drover.coordinator.explain;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one server's EXPLAIN has answered.
 *
 * @param node its name
 */
public record ServerPlan(String node, Answer answer) {
  private static final Pattern COST =
      Pattern.compile("\\(cost=([0-9.]+)\\.\\.([0-9.]+) rows=([0-9]+) width=([0-9]+)\\)");
  private static final Pattern ACTUAL_ROWS =
      Pattern.compile("\\(actual (?:time=[0-9.]+\\.\\.[0-9.]+ )?rows=([0-9.]+) loops=([0-9]+)\\)");

  /** In the format that it was asked for. */
  public sealed interface Answer {
    /** FORMAT TEXT. */
    record Lines(List<String> lines) implements Answer {
      public Lines {
        lines = List.copyOf(lines);
      }
    }

    /** FORMAT JSON: the one statement's object, with the member {@code Plan}. */
    record Tree(Json.Members statement) implements Answer {
      public Tree {
        requireNonNull(statement);
      }

      Json.Members plan() {
        return statement.get("Plan").orElseThrow() instanceof Json.Members plan
            ? plan
            : new Json.Members(Map.of());
      }
    }
  }

  /** PostgreSQL's estimates for a node of a plan. */
  public record Estimate(double startup, double total, double rows, long width) {
    /** Of nodes that work at the same time, each on its own rows. */
    Estimate beside(Estimate other) {
      return new Estimate(
          Math.min(startup, other.startup),
          Math.max(total, other.total),
          rows + other.rows,
          Math.max(width, other.width));
    }
  }

  public ServerPlan {
    requireNonNull(node);
    requireNonNull(answer);
  }

  /** The lines, or the document, that a server has sent. */
  public static ServerPlan of(String node, List<String> rows, boolean structured) {
    if (!structured) {
      return new ServerPlan(node, new Answer.Lines(rows));
    }
    if (Json.parse(String.join("\n", rows)) instanceof Json.Elements(var statements)
        && statements.getFirst() instanceof Json.Members statement) {
      return new ServerPlan(node, new Answer.Tree(statement));
    }
    throw new IllegalArgumentException("a server's EXPLAIN is no array of objects");
  }

  /** The same without the name of its node. */
  public ServerPlan unnamed() {
    return new ServerPlan("", answer);
  }

  /** Of its topmost node; empty without costs. */
  Optional<Estimate> estimate() {
    return switch (answer) {
      case Answer.Lines(var lines) -> lines.stream().findFirst().flatMap(ServerPlan::estimate);
      case Answer.Tree tree -> {
        Json.Members plan = tree.plan();
        yield plan.number("Total Cost")
            .map(
                total ->
                    new Estimate(
                        plan.number("Startup Cost").orElse(0.0),
                        total,
                        plan.number("Plan Rows").orElse(0.0),
                        Math.round(plan.number("Plan Width").orElse(0.0))));
      }
    };
  }

  private static Optional<Estimate> estimate(String line) {
    Matcher cost = COST.matcher(line);
    if (!cost.find()) {
      return Optional.empty();
    }
    return Optional.of(
        new Estimate(
            Double.parseDouble(cost.group(1)),
            Double.parseDouble(cost.group(2)),
            Double.parseDouble(cost.group(3)),
            Long.parseLong(cost.group(4))));
  }

  /** That its topmost node has yielded; empty unless it was run. */
  public Optional<Double> actualRows() {
    return switch (answer) {
      case Answer.Lines(var lines) -> lines.stream().findFirst().flatMap(ServerPlan::actualRows);
      case Answer.Tree tree -> tree.plan().number("Actual Rows");
    };
  }

  private static Optional<Double> actualRows(String line) {
    Matcher actual = ACTUAL_ROWS.matcher(line);
    return actual.find() ? Optional.of(Double.valueOf(actual.group(1))) : Optional.empty();
  }
}
