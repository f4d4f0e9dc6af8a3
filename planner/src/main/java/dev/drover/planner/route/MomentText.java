package dev.drover.planner.route;

import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.SqlText.Piece;
import dev.drover.planner.sql.Delete;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.sql.Returning;
import dev.drover.planner.sql.Update;
import dev.drover.planner.text.SpliceText;
import java.util.List;
import java.util.Optional;

/**
 * Has a node tell when an UPDATE, DELETE or INSERT ... SELECT begins to look for its rows: it then
 * has its snapshot.
 *
 * <p>The condition reads nothing of the rows, so PostgreSQL asks for it before the first of them
 * (manual, EXPLAIN: One-Time Filter), and only once, as it is a scalar subquery.
 *
 * @param text where the condition is put
 * @param changed the OID of the statement's table
 */
record MomentText(SpliceText text, int changed) {
  static final String BEGUN = "(SELECT drover.begun())";

  void insertInto(ParsedStatement parsed) {
    switch (parsed.statement()) {
      case Update update -> insert(update.where(), end(parsed, update.returning()));
      case Delete delete -> insert(delete.where(), end(parsed, delete.returning()));
      default -> throw new IllegalArgumentException("neither UPDATE nor DELETE");
    }
  }

  private static int end(ParsedStatement parsed, Optional<Returning> returning) {
    return returning.map(r -> r.span().start()).orElse(parsed.span().end());
  }

  /** The rows of an INSERT: of several queries that make them up the first one is run first. */
  void insertInto(Query source) {
    first(source.body()).ifPresent(select -> insert(select.where(), endOfFrom(select)));
  }

  private static Optional<QueryBody.SelectBlock> first(QueryBody body) {
    return switch (body) {
      case QueryBody.SelectBlock select -> Optional.of(select);
      case QueryBody.SetOperation pair -> first(pair.left()).or(() -> first(pair.right()));
      case QueryBody.Nested nested -> first(nested.query().body());
      case QueryBody.ValuesBody _, QueryBody.TableBody _ -> Optional.empty();
    };
  }

  private static int endOfFrom(QueryBody.SelectBlock select) {
    return select.from().isEmpty() ? select.span().end() : select.from().getLast().span().end();
  }

  private void insert(Optional<Expr> where, int end) {
    if (where.isPresent()) {
      text.insert(where.get().span().start(), piece(BEGUN + " AND ("));
      text.insert(where.get().span().end(), piece(")"));
    } else {
      text.insert(end, piece(" WHERE " + BEGUN + " "));
    }
  }

  private SqlText piece(String condition) {
    return new SqlText(List.of(new Piece.AtMoment(condition, Optional.of(changed))));
  }
}
