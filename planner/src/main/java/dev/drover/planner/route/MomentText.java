package dev.drover.planner.route;

import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.SqlText.Piece;
import dev.drover.planner.sql.Delete;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.Returning;
import dev.drover.planner.sql.Update;
import dev.drover.planner.text.SpliceText;
import java.util.List;
import java.util.Optional;

/**
 * Has a node tell when an UPDATE or DELETE begins to look for its rows: it then has its snapshot.
 *
 * <p>The condition reads nothing of the rows, so PostgreSQL asks for it before the first of them
 * (manual, EXPLAIN: One-Time Filter), and only once, as it is a scalar subquery.
 *
 * @param changed the OID of the statement's table
 */
record MomentText(ParsedStatement parsed, int changed) {
  private static final String BEGUN = "(SELECT drover.begun())";

  void insertInto(SpliceText text) {
    switch (parsed.statement()) {
      case Update update -> insert(text, update.where(), update.returning());
      case Delete delete -> insert(text, delete.where(), delete.returning());
      default -> throw new IllegalArgumentException("neither UPDATE nor DELETE");
    }
  }

  private void insert(SpliceText text, Optional<Expr> where, Optional<Returning> returning) {
    if (where.isPresent()) {
      text.insert(where.get().span().start(), piece(BEGUN + " AND ("));
      text.insert(where.get().span().end(), piece(")"));
    } else {
      int end = returning.map(r -> r.span().start()).orElse(parsed.span().end());
      text.insert(end, piece(" WHERE " + BEGUN + " "));
    }
  }

  private SqlText piece(String text) {
    return new SqlText(List.of(new Piece.AtMoment(text, changed)));
  }
}
