package dev.drover.planner.moves;

import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.TableStatistics;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.pull.PullFilters;
import dev.drover.planner.sql.Expr;
import java.util.List;
import java.util.Optional;

/**
 * Guesses how many rows pass conditions and how wide they are, from PostgreSQL's statistics where
 * there are any. Only what a plan costs depends on it, never what it yields.
 *
 * <p>The fractions are PostgreSQL's own defaults, from {@code selfuncs.h}.
 */
public final class RowEstimates {
  private static final double ROWS_OF_UNKNOWN = 10_000;

  /** What a row costs on its way beside its values: to be written, sent, read and stored. */
  public static final int ROW_OVERHEAD = 48;

  /** What a row costs that a server works through, as if so many bytes moved. */
  public static final double BYTES_PER_ROW = 16;

  private static final int WIDTH_OF_UNKNOWN = 24;
  private static final double EQUAL = 0.005;
  private static final double INEQUAL = 1.0 / 3;
  private static final double BETWEEN = 0.1;
  private static final double MATCH = 0.05;
  private static final double IS_NULL = 0.02;
  private static final double OTHER = 0.5;

  private final Analysis analysis;

  public RowEstimates(Analysis analysis) {
    this.analysis = analysis;
  }

  public double rows(TableUse table) {
    return statistics(table).map(TableStatistics::rows).orElse(ROWS_OF_UNKNOWN);
  }

  /** Of the rows that pass all of the conditions, which are about this table alone. */
  double rows(TableUse table, List<Expr> conditions, List<PullFilters.Either> either) {
    double rows = rows(table) * fraction(table, conditions);
    for (PullFilters.Either one : either) {
      double sum = one.arms().stream().mapToDouble(arm -> fraction(table, arm)).sum();
      rows *= Math.min(1, sum);
    }
    return Math.max(1, rows);
  }

  private double fraction(TableUse table, List<Expr> conditions) {
    return conditions.stream().mapToDouble(c -> fraction(table, c)).reduce(1, (a, b) -> a * b);
  }

  /** Bytes of a row of these columns. */
  public double width(TableUse table, List<String> columns) {
    double width = ROW_OVERHEAD;
    for (String name : columns) {
      Column column = table.column(name);
      width +=
          ofColumn(table, column).map(TableStatistics.OfColumn::averageWidth).orElse(guess(column));
    }
    return width;
  }

  /** How many different values a column has. */
  public double distinct(TableUse table, Column column) {
    Optional<Double> known =
        ofColumn(table, column)
            .map(TableStatistics.OfColumn::distinctValues)
            .filter(distinct -> distinct > 0);
    boolean unique =
        table.relation().uniqueKeys().stream()
            .anyMatch(k -> !k.partial() && k.columns().equals(List.of(column.number())));
    return known.orElse(unique ? rows(table) : Math.min(rows(table), 1 / EQUAL));
  }

  private Optional<TableStatistics> statistics(TableUse table) {
    return analysis.context().catalog().statistics(table.relation());
  }

  private Optional<TableStatistics.OfColumn> ofColumn(TableUse table, Column column) {
    return statistics(table).flatMap(s -> s.column(column.number()));
  }

  private static int guess(Column column) {
    return switch (column.typeOid()) {
      case 16, 18 -> 1;
      case 21 -> 2;
      case 23, 26, 700, 1082 -> 4;
      case 20, 701, 1083, 1114, 1184 -> 8;
      case 1700 -> 10;
      case 1186, 2950 -> 16;
      default -> WIDTH_OF_UNKNOWN;
    };
  }

  /** Of a table's rows that pass a condition. */
  public double fraction(TableUse table, Expr condition) {
    return switch (condition) {
      case Expr.Operator(_, var operator, var left, var right) when left.isPresent() ->
          switch (operator.symbol()) {
            case "=" -> equal(table, left.get(), right);
            case "<>", "!=" -> 1 - equal(table, left.get(), right);
            case "<", "<=", ">", ">=" -> INEQUAL;
            default -> OTHER;
          };
      case Expr.InList(_, var argument, var negated, var items) ->
          negate(negated, items.size() * equal(table, argument, items.getFirst()));
      case Expr.Test(_, var kind, var negated, _) -> negate(negated, test(kind));
      case Expr.Logical(_, var kind, var operands) -> logical(table, kind, operands);
      default -> OTHER;
    };
  }

  private double logical(TableUse table, Expr.Logical.Kind kind, List<Expr> operands) {
    return switch (kind) {
      case NOT -> negate(true, fraction(table, operands.getFirst()));
      case AND -> operands.stream().mapToDouble(o -> fraction(table, o)).reduce(1, (a, b) -> a * b);
      case OR -> Math.min(1, operands.stream().mapToDouble(o -> fraction(table, o)).sum());
    };
  }

  private static double test(Expr.Test.Kind kind) {
    return switch (kind) {
      case IS_NULL -> IS_NULL;
      case BETWEEN, BETWEEN_SYMMETRIC -> BETWEEN;
      case LIKE, ILIKE, SIMILAR_TO -> MATCH;
      case IS_TRUE, IS_FALSE, IS_UNKNOWN, IS_DISTINCT_FROM, IS_DOCUMENT, IS_NORMALIZED, IS_JSON ->
          OTHER;
    };
  }

  private static double negate(boolean negated, double fraction) {
    double bounded = Math.min(1, fraction);
    return negated ? 1 - bounded : bounded;
  }

  private double equal(TableUse table, Expr left, Expr right) {
    return column(table, left)
        .or(() -> column(table, right))
        .map(column -> 1 / Math.max(1, distinct(table, column)))
        .orElse(EQUAL);
  }

  private static Optional<Column> column(TableUse table, Expr expression) {
    if (!(expression instanceof Expr.ColumnRef reference) || reference.star()) {
      return Optional.empty();
    }
    String name = reference.parts().getLast().text();
    return table.columns().orElse(List.of()).contains(name)
        ? Optional.of(table.column(name))
        : Optional.empty();
  }
}
