package dev.drover.coordinator.session;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.TableChanges;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.sql.TransactionCommand;
import java.util.Optional;

/**
 * Whether a session's statements are planned and run under one catalog.
 *
 * <p>Threads: as {@link StatementRunner}.
 */
final class PlanAge {
  private final Transaction transaction;
  private Optional<CatalogSnapshot> seen = Optional.empty();

  PlanAge(Transaction transaction) {
    this.transaction = transaction;
  }

  /**
   * Rows that have gone elsewhere are younger there than a snapshot from before, so a transaction
   * that keeps its view must not look for them.
   *
   * @throws SqlError 40001 if a table of the statement has moved since the transaction began to
   *     look
   */
  void check(Call call) {
    boolean keeps =
        transaction.scope() == Transaction.Scope.EXPLICIT && transaction.view().keepsView();
    if (!keeps || !call.view().shared() || looksAtNothing(call.cached().plan())) {
      return;
    }
    CatalogSnapshot now = call.view().snapshot();
    CatalogSnapshot first = seen.orElse(now);
    seen = Optional.of(first);
    if (!isSame(first, now) && TableChanges.spreadOtherwise(first, now, call.text())) {
      throw SqlError.of(
              SqlState.SERIALIZATION_FAILURE,
              "could not serialize access because rows have moved to another node")
          .withHint("Run the transaction again.");
    }
  }

  /** A savepoint may have a table's name. */
  private static boolean looksAtNothing(Plan plan) {
    return plan instanceof Plan.Control(TransactionCommand _);
  }

  @SuppressWarnings("ReferenceEquality") // each load of the catalog is another snapshot
  private static boolean isSame(CatalogSnapshot one, CatalogSnapshot other) {
    return one == other;
  }

  void transactionEnded() {
    seen = Optional.empty();
  }
}
