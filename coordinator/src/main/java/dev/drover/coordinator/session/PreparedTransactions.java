package dev.drover.coordinator.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.txn.PauseHold;
import dev.drover.coordinator.txn.PreparedEnding;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.Optional;

/**
 * PREPARE TRANSACTION, COMMIT PREPARED and ROLLBACK PREPARED as a session meets them: PostgreSQL's
 * checks, tags and warnings.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class PreparedTransactions {
  /** PostgreSQL's GIDSIZE, less the terminator. */
  private static final int MAX_GID_BYTES = 199;

  private static final String ROLLBACK_TAG = "ROLLBACK";

  private final Session session;
  private final StatementRunner runner;
  private final Transaction transaction;

  PreparedTransactions(Session session, StatementRunner runner) {
    this.session = session;
    this.runner = runner;
    this.transaction = runner.transaction();
  }

  void prepare(Call call, String gid) {
    if (transaction.scope() == Transaction.Scope.NONE
        || transaction.scope() == Transaction.Scope.IMPLICIT) {
      call.output()
          .notice(
              ErrorFields.warning(
                  SqlState.NO_ACTIVE_SQL_TRANSACTION, "there is no transaction in progress"));
    }
    if (transaction.scope() == Transaction.Scope.NONE) {
      call.completed(ROLLBACK_TAG);
      return;
    }
    session.established().extended().transactionEnded();
    if (transaction.failed()) {
      runner.rollback(() -> call.completed(ROLLBACK_TAG));
      return;
    }
    Optional<SqlError> refusal = refusal(gid);
    if (refusal.isPresent()) {
      runner.rollback(() -> call.failed(refusal.get()));
      return;
    }
    runner.prepare(gid, error -> answer(call, error, "PREPARE TRANSACTION"));
  }

  private Optional<SqlError> refusal(String gid) {
    if (gid.getBytes(UTF_8).length > MAX_GID_BYTES) {
      return Optional.of(
          SqlError.of(
              SqlState.INVALID_PARAMETER_VALUE,
              "transaction identifier \"%s\" is too long".formatted(gid)));
    }
    if (runner.control().cursors().madeHeld()) {
      return Optional.of(
          SqlError.notSupported(
              "cannot PREPARE a transaction that has created a cursor WITH HOLD"));
    }
    return runner.changes().isEmpty()
        ? Optional.empty()
        : Optional.of(
            SqlError.notSupported(
                "PREPARE TRANSACTION after a change of the schema is not supported yet"));
  }

  /** COMMIT PREPARED or ROLLBACK PREPARED. */
  void end(Call call, String gid, boolean isCommit) {
    String tag = isCommit ? "COMMIT PREPARED" : "ROLLBACK PREPARED";
    if (transaction.scope() != Transaction.Scope.NONE || !call.request().alone()) {
      transaction.fail();
      call.failed(
          SqlError.of(
              SqlState.ACTIVE_SQL_TRANSACTION, tag + " cannot run inside a transaction block"));
      return;
    }
    PauseHold pause = transaction.services().pause();
    PreparedEnding ending =
        new PreparedEnding(transaction.services(), call.output()::notice, gid, isCommit);
    pause.begin(
        transaction,
        () ->
            ending.run(
                runner.settingsTracker().actingRole(),
                error -> {
                  pause.ended();
                  answer(call, error, tag);
                }),
        call::failed);
  }

  private static void answer(Call call, Optional<ErrorFields> error, String tag) {
    if (error.isPresent()) {
      call.failed(error.get());
    } else {
      call.completed(tag);
    }
  }
}
