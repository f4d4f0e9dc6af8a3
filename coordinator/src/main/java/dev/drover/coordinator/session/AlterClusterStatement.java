package dev.drover.coordinator.session;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.pool.Question;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.ddl.SqlQuote;
import dev.drover.planner.sql.ClusterCommand.AlterCluster;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * ALTER CLUSTER: starts a job, and waits for it unless it is to run CONCURRENTLY. A client that
 * cancels the statement cancels the job; one that goes away does not.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class AlterClusterStatement implements Operator {
  private static final String TAG = "ALTER CLUSTER";

  private final StatementRunner runner;
  private final Call call;
  private final AlterCluster alter;
  private Optional<Integer> job = Optional.empty();
  private boolean cancelled;

  AlterClusterStatement(StatementRunner runner, Call call, AlterCluster alter) {
    this.runner = runner;
    this.call = call;
    this.alter = alter;
  }

  @Override
  public void start() {
    if (runner.transaction().scope() != Transaction.Scope.NONE || !call.request().alone()) {
      throw SqlError.of(
          SqlState.ACTIVE_SQL_TRANSACTION, TAG + " cannot run inside a transaction block");
    }
    List<String> options = RebalanceOptions.of(alter);
    ask(
        "SELECT drover.alter_cluster(%s, %s, ARRAY[%s]::text[], %s)"
            .formatted(
                SqlQuote.literal(kind()),
                alter.node().map(n -> SqlQuote.literal(n.text())).orElse("NULL"),
                String.join(", ", options.stream().map(SqlQuote::literal).toList()),
                SqlQuote.literal(alter.span().of(call.text().utf8()))),
        this::started);
  }

  /** The job's kind. */
  private String kind() {
    return switch (alter.action()) {
      case ADD_NODE -> "add_node";
      case REMOVE_NODE -> "remove_node";
      case REBALANCE -> "rebalance";
    };
  }

  private void started(QuietReply reply) {
    int id = Integer.parseInt(reply.rows().getFirst().getFirst().orElseThrow());
    job = Optional.of(id);
    if (alter.concurrently()) {
      call.output().notice(ErrorFields.notice("job %d has begun".formatted(id)));
      call.completed(TAG);
      return;
    }
    if (cancelled) {
      cancelJob(id);
    }
    ask("SELECT drover.wait_for(%d)".formatted(id), this::ended);
  }

  private void ended(QuietReply reply) {
    String message = reply.rows().getFirst().getFirst().orElse("");
    message.lines().forEach(line -> call.output().notice(ErrorFields.notice(line)));
    call.completed(TAG);
  }

  @Override
  public void cancel() {
    cancelled = true;
    job.ifPresent(this::cancelJob);
  }

  /** It ends by undoing what must not stay; the statement waits for that. */
  private void cancelJob(int id) {
    new Question(
            runner.transaction().role(),
            SettingsState.DEFAULTS,
            "SELECT drover.cancel_job(%d)".formatted(id))
        .ask(runner.pool(), _ -> {}, _ -> {});
  }

  private void ask(String sql, Consumer<QuietReply> answered) {
    new Question(runner.transaction().role(), SettingsState.DEFAULTS, sql)
        .ask(runner.pool(), answered, this::fail);
  }

  private void fail(ErrorFields error) {
    runner.transaction().fail();
    call.failed(error);
  }
}
