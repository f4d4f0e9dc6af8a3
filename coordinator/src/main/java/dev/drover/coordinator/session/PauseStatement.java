package dev.drover.coordinator.session;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.pool.Question;
import dev.drover.coordinator.txn.ClusterPause;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.Optional;

/**
 * PAUSE CLUSTER waits until nothing runs on any coordinator, and UNPAUSE CLUSTER of the same
 * session lets everything go on.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class PauseStatement implements Operator {
  private static final String TAG = "PAUSE CLUSTER";
  private static final String END_TAG = "UNPAUSE CLUSTER";
  private static final String IS_SUPERUSER =
      "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER";

  private final StatementRunner runner;
  private final ClusterPause pause;
  private final Call call;
  private final boolean begins;

  PauseStatement(StatementRunner runner, Call call, boolean begins) {
    this.runner = runner;
    this.pause = runner.transaction().services().pause().cluster();
    this.call = call;
    this.begins = begins;
  }

  @Override
  public void start() {
    if (runner.transaction().scope() != Transaction.Scope.NONE || !call.request().alone()) {
      throw SqlError.of(
          SqlState.ACTIVE_SQL_TRANSACTION, tag() + " cannot run inside a transaction block");
    }
    new Question(runner.transaction().role(), runner.settings(), IS_SUPERUSER)
        .ask(
            runner.pool(),
            reply -> {
              if (reply.rows().getFirst().getFirst().filter("t"::equals).isPresent()) {
                allowed();
              } else {
                fail(
                    SqlError.of(
                        SqlState.INSUFFICIENT_PRIVILEGE,
                        "pause/unpause cluster: must be a superuser"));
              }
            },
            this::fail);
  }

  private String tag() {
    return begins ? TAG : END_TAG;
  }

  private void allowed() {
    Transaction transaction = runner.transaction();
    if (begins) {
      pause.want(transaction, this::paused);
    } else if (pause.end(transaction)) {
      call.completed(END_TAG);
    } else {
      fail(
          SqlError.of(
              SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
              "the cluster is not paused by this session"));
    }
  }

  private void paused(Optional<SqlError> error) {
    error.ifPresentOrElse(this::fail, () -> call.completed(TAG));
  }

  @Override
  public void cancel() {
    pause.end(runner.transaction());
  }

  private void fail(SqlError error) {
    fail(ErrorFields.of(error, Severity.ERROR));
  }

  private void fail(ErrorFields error) {
    runner.transaction().fail();
    call.failed(error);
  }
}
