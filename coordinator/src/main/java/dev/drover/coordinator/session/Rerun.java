package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.output.ClientOutput;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.plan.Plan;

/**
 * A statement that is a transaction of its own and failed because its tables moved meanwhile: as
 * long as its client has seen nothing of it, it is rolled back, planned anew and run again.
 *
 * <p>Threads: as {@link StatementRunner}.
 */
final class Rerun implements Call.Listener {
  private static final int MAX_RUNS = 10;

  private final StatementRunner runner;
  private final ClientOutput output;
  private final Call first;
  private final Call.Listener client;
  private final long written;
  private int runs = 1;

  private Rerun(StatementRunner runner, ClientOutput output, Call first, Call.Listener client) {
    this.runner = runner;
    this.output = output;
    this.first = first;
    this.client = client;
    this.written = output.written();
  }

  /** The call, or one that is run again if need be. */
  static Call of(StatementRunner runner, Call call) {
    boolean possible =
        call.request().alone()
            && runner.transaction().scope() == Transaction.Scope.NONE
            && isRepeatable(call.cached().plan())
            && call.output() instanceof ClientOutput;
    if (!possible) {
      return call;
    }
    return call.listenedBy(new Rerun(runner, (ClientOutput) call.output(), call, call.listener()));
  }

  /** It takes nothing from its client but what it was called with. */
  private static boolean isRepeatable(Plan plan) {
    return switch (plan) {
      case Plan.OneNode _, Plan.AnyNode _, Plan.AllNodes _, Plan.Fragments _ -> true;
      case Plan.ReplicatedWrite _, Plan.InsertRows _, Plan.InsertFrom _, Plan.Change _ -> true;
      case Plan.Local _, Plan.CopyIn _, Plan.CopyLocal _, Plan.CopyOut _, Plan.Explain _ -> false;
      case Plan.AtCursor _, Plan.Control _, Plan.Utility _, Plan.Broadcast _ -> false;
      case Plan.Deferred _ -> false;
    };
  }

  @Override
  public void completed(Call call, String tag) {
    client.completed(call, tag);
  }

  @Override
  public void suspended(Call call) {
    client.suspended(call);
  }

  @Override
  public void failedAtCommit(Call call, String tag, ErrorFields error) {
    client.failedAtCommit(call, tag, error);
  }

  @Override
  public void failed(Call call, ErrorFields error) {
    boolean again = runner.age().takeOld() && output.written() == written && runs < MAX_RUNS;
    if (!again) {
      client.failed(call, error);
      return;
    }
    runs++;
    if (runner.transaction().scope() == Transaction.Scope.NONE) {
      plan();
    } else {
      runner.rollback(this::plan);
    }
  }

  private void plan() {
    int[] types =
        first.cached().facts().parameterTypes().stream().mapToInt(Integer::intValue).toArray();
    runner.plan(
        first.text(),
        types,
        new StatementPlanner.Answer() {
          @Override
          public void planned(CachedPlan plan) {
            runner.start(first.planned(plan).listenedBy(Rerun.this));
          }

          @Override
          public void refused(SqlError error) {
            refused(ErrorFields.of(error, Severity.ERROR));
          }

          @Override
          public void refused(ErrorFields error) {
            client.failed(first, error);
          }
        });
  }
}
