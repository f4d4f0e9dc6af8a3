package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;

/**
 * Tells why a statement cannot be planned: a table that is missing may be one that was lost with
 * the connection that the session kept.
 *
 * <p>Threads: confined to the session's event loop.
 */
record LossAnswer(Transaction transaction, StatementPlanner.Answer receiver)
    implements StatementPlanner.Answer {
  @Override
  public void planned(CachedPlan plan) {
    receiver.planned(plan);
  }

  @Override
  public void refused(SqlError error) {
    receiver.refused(transaction.takeLoss().orElse(error));
  }

  @Override
  public void refused(ErrorFields error) {
    receiver.refused(
        transaction.takeLoss().map(e -> ErrorFields.of(e, Severity.ERROR)).orElse(error));
  }

  void failed(RuntimeException failure) {
    refused(
        switch (failure) {
          case ServerError error -> error.fields();
          case SqlError error -> ErrorFields.of(error, Severity.ERROR);
          default ->
              ErrorFields.of(
                  SqlError.of(SqlState.INTERNAL_ERROR, "internal error: " + failure),
                  Severity.ERROR);
        });
  }
}
