package dev.drover.coordinator.session;

import dev.drover.coordinator.cursor.OpenCursor;
import dev.drover.coordinator.cursor.OpenCursor.Place;
import dev.drover.coordinator.cursor.RowChange;
import dev.drover.coordinator.dispatch.PlanOperators;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.RowCopies;

/**
 * UPDATE and DELETE WHERE CURRENT OF.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class CursorChanges {
  private static final int[] NO_SLOTS = {};

  private final Session session;

  CursorChanges(Session session) {
    this.session = session;
  }

  /** {@code held} when an earlier transaction has made the cursor. */
  Operator of(Call call, Plan.AtCursor plan, OpenCursor cursor, boolean held) {
    if (held) {
      throw invalid("cursor \"" + plan.cursor() + "\" is held from a previous transaction");
    }
    return switch (cursor.place()) {
      case Place.Kept kept -> ofKept(once(call), plan, kept);
      case Place.OnNode onNode when plan.copies().isPresent() ->
          copies(once(call), plan, onNode, plan.copies().get());
      case Place.OnNode onNode -> onNode(call, plan, onNode);
    };
  }

  /** The text that servers get names the row, so that none keeps it for the next one. */
  private static Call once(Call call) {
    Call.Request asked = call.request();
    Call.Request once =
        new Call.Request(
            asked.text(), asked.bind(), 0, asked.maxRows(), asked.alone(), asked.formats());
    return call.inside(once, call.cached(), call.output(), call.listener());
  }

  private void then(Operator operator) {
    session.running(operator);
    operator.start();
  }

  private static Operator onNode(Call call, Plan.AtCursor plan, Place.OnNode place) {
    int[] slots = NO_SLOTS;
    if (plan.leaves().isPresent()) {
      Integer slot = place.leaves().get(plan.leaves().get().leafName());
      if (slot == null) {
        throw doesNotRead(plan, place.locks());
      }
      slots = new int[] {slot};
    }
    return PlanOperators.atCursor(call, place.node(), plan.text().atCursor(plan.cursor()), slots);
  }

  private Operator copies(Call call, Plan.AtCursor plan, Place.OnNode place, RowCopies copies) {
    boolean possible =
        place.node() == copies.primary() && !copies.key().isEmpty() && copies.same().isPresent();
    if (!possible) {
      throw SqlError.notSupported(
          "WHERE CURRENT OF on replicated tables without a primary key, or in joins of them, is not"
              + " supported yet");
    }
    return RowChange.ofCopies(call, plan, copies, this::then);
  }

  private Operator ofKept(Call call, Plan.AtCursor plan, Place.Kept kept) {
    if (kept.places().isEmpty()) {
      throw kept.rows() || kept.locks()
          ? SqlError.notSupported("WHERE CURRENT OF cursors of this form is not supported yet")
          : doesNotRead(plan, false);
    }
    if (kept.places().get().tableOid() != plan.tableOid()) {
      throw doesNotRead(plan, kept.locks());
    }
    RowChange.AtNode change =
        (node, leaf, condition) ->
            PlanOperators.atCursor(
                call,
                node,
                plan.text().where(condition),
                plan.leaves().isPresent() ? new int[] {Rendering.slot(leaf)} : NO_SLOTS);
    return RowChange.ofKept(call, plan, kept, change, this::then);
  }

  private static SqlError doesNotRead(Plan.AtCursor plan, boolean locks) {
    String why =
        locks
            ? "cursor \"%s\" does not have a FOR UPDATE/SHARE reference to table \"%s\""
            : "cursor \"%s\" is not a simply updatable scan of table \"%s\"";
    return invalid(why.formatted(plan.cursor(), plan.table()));
  }

  private static SqlError invalid(String message) {
    return SqlError.of(SqlState.INVALID_CURSOR_STATE, message);
  }
}
