package dev.drover.planner.gather;

import dev.drover.planner.context.LiteralReads;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.LiteralKind;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.QueryPart;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * LIMIT and OFFSET of a query, as far as they are constants or parameters.
 *
 * @param limit empty for no limit
 * @param known false when PostgreSQL has to compute one of them
 */
public record RowCounts(
    Optional<Combine.RowCount> limit, Optional<Combine.RowCount> offset, boolean known) {
  private static final RowCounts UNKNOWN = new RowCounts(Optional.empty(), Optional.empty(), false);

  public static RowCounts of(Query query, LiteralReads reads, List<Integer> parameterTypes) {
    boolean withTies = query.limit().map(QueryPart.Limit::withTies).orElse(false);
    Optional<Expr> limit = query.limit().flatMap(QueryPart.Limit::count);
    Optional<Expr> offset = query.offset().map(QueryPart.Offset::count);
    Optional<Combine.RowCount> limitCount = limit.flatMap(e -> count(e, reads, parameterTypes));
    Optional<Combine.RowCount> offsetCount = offset.flatMap(e -> count(e, reads, parameterTypes));
    if (withTies || (limit.isPresent() && limitCount.isEmpty())) {
      return UNKNOWN;
    }
    if (offset.isPresent() && offsetCount.isEmpty()) {
      return UNKNOWN;
    }
    if (isOneRow(query)) {
      return new RowCounts(Optional.of(new Combine.RowCount.Fixed(1)), offsetCount, true);
    }
    return new RowCounts(limitCount, offsetCount, true);
  }

  /** {@code FETCH FIRST ROW ONLY}. */
  private static boolean isOneRow(Query query) {
    return query
        .limit()
        .map(l -> l.form() == QueryPart.Limit.Form.FETCH && l.count().isEmpty())
        .orElse(false);
  }

  private static Optional<Combine.RowCount> count(
      Expr expression, LiteralReads reads, List<Integer> parameterTypes) {
    if (expression instanceof Expr.Param(_, var index) && index <= parameterTypes.size()) {
      return Optional.of(new Combine.RowCount.Parameter(index, parameterTypes.get(index - 1)));
    }
    if (expression instanceof Expr.Literal literal && literal.kind() != LiteralKind.STRING) {
      OptionalLong value = reads.integer(literal);
      return value.isPresent()
          ? Optional.of(new Combine.RowCount.Fixed(value.getAsLong()))
          : Optional.empty();
    }
    return Optional.empty();
  }

  Combine.Window window() {
    return new Combine.Window(limit, offset);
  }

  /** {@code " LIMIT n"} for the nodes, which must send what OFFSET skips too; or nothing. */
  public String forNodes() {
    if (limit.isEmpty()) {
      return "";
    }
    if (limit.get() instanceof Combine.RowCount.Fixed(var rows)
        && offset.map(o -> o instanceof Combine.RowCount.Fixed).orElse(true)) {
      long skipped =
          offset.map(o -> o instanceof Combine.RowCount.Fixed(var n) ? n : 0L).orElse(0L);
      return " LIMIT " + Math.addExact(rows, skipped);
    }
    return " LIMIT ("
        + text(limit.get())
        + offset.map(o -> " + coalesce(" + text(o) + ", 0)").orElse("")
        + ")";
  }

  private static String text(Combine.RowCount count) {
    return switch (count) {
      case Combine.RowCount.Fixed(var rows) -> Long.toString(rows);
      case Combine.RowCount.Parameter(var index, _) -> "$" + index + "::bigint";
    };
  }
}
