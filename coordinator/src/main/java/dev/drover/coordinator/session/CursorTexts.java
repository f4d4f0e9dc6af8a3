package dev.drover.coordinator.session;

import dev.drover.coordinator.cursor.OpenCursor;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.SqlText.Piece;
import dev.drover.planner.sql.CursorCommand;
import dev.drover.planner.sql.CursorCommand.Fetch;
import dev.drover.planner.sql.FromItem;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.QueryBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Statements about cursors as servers get them.
 *
 * <p>Threads: stateless.
 */
final class CursorTexts {
  private CursorTexts() {}

  /** Everything in front of CURSOR. */
  static String declare(CursorCommand.Declare declare) {
    StringBuilder sql = new StringBuilder(named(declare));
    declare.insensitive().ifPresent(yes -> sql.append(yes ? " INSENSITIVE" : " ASENSITIVE"));
    declare.scroll().ifPresent(yes -> sql.append(yes ? " SCROLL" : " NO SCROLL"));
    return sql.toString();
  }

  /**
   * The same where the rows are kept: whoever has not said NO SCROLL may go back, but PostgreSQL
   * lets nobody go back over rows that are locked.
   */
  static String declareKept(CursorCommand.Declare declare) {
    boolean back = declare.scroll().orElse(declare.query().locking().isEmpty());
    return named(declare) + (back ? " SCROLL" : " NO SCROLL");
  }

  private static String named(CursorCommand.Declare declare) {
    String name = OpenCursor.quoted(declare.name().text());
    return "DECLARE " + name + (declare.binary() ? " BINARY" : "");
  }

  /** The plan that makes a cursor of the one node that answers the query, if one node does. */
  static Optional<Plan> ofOneNode(String head, Plan plan) {
    return switch (plan) {
      case Plan.Local local when !local.changesSettings() && !local.notifies() ->
          Optional.of(new Plan.Local(behind(head, local.text()), local.pinsConnection(), false));
      case Plan.OneNode one when one.otherwise().isEmpty() ->
          Optional.of(
              new Plan.OneNode(
                  behind(head, one.text()), one.pins(), one.writes(), Optional.empty()));
      case Plan.AnyNode any ->
          Optional.of(new Plan.AnyNode(behind(head, any.text()), any.nodes(), any.writes()));
      default -> Optional.empty();
    };
  }

  /** Rows of one table as they are. */
  static boolean isOfRows(Query query) {
    return query.body() instanceof QueryBody.SelectBlock select
        && select.from().size() == 1
        && select.from().getFirst() instanceof FromItem.TableRef
        && !select.distinct()
        && select.groupBy().isEmpty();
  }

  private static SqlText behind(String head, SqlText text) {
    List<Piece> pieces = new ArrayList<>();
    pieces.add(Piece.Fixed.of(head));
    pieces.addAll(text.pieces());
    return new SqlText(pieces);
  }

  static String fetch(Fetch fetch) {
    String direction = fetch.direction().name().toUpperCase(Locale.ROOT);
    String count =
        switch (fetch.direction()) {
          case FIRST, LAST -> "";
          case ABSOLUTE, RELATIVE -> " " + fetch.count();
          case FORWARD, BACKWARD -> fetch.all() ? " ALL" : " " + fetch.count();
        };
    return (fetch.move() ? "MOVE " : "FETCH ")
        + direction
        + count
        + " FROM "
        + OpenCursor.quoted(fetch.cursor().text());
  }
}
