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
 * A statement that failed because its tables moved meanwhile, or because its nodes did not begin it
 * at one moment: as long as its client has seen nothing of it, it is planned anew and run again. A
 * COPY has not asked for rows then.
 *
 * <p>If it is a transaction of its own, it is rolled back before. In a larger one whose statements
 * each have their own view, it is taken back, if it failed where it was the first, or where a
 * savepoint was set for it.
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
  private final boolean inside;
  private int runs = 1;

  private Rerun(StatementRunner runner, ClientOutput output, Call first, Call.Listener client) {
    this.runner = runner;
    this.inside = runner.transaction().scope() != Transaction.Scope.NONE;
    this.output = output;
    this.first = first;
    this.client = client;
    this.written = output.written();
  }

  /** The call, or one that is run again if need be. */
  static Call of(StatementRunner runner, Call call) {
    boolean possible =
        isInPlace(runner.transaction())
            && isRepeatable(call.cached().plan())
            && call.output() instanceof ClientOutput;
    if (!possible) {
      return call;
    }
    Rerun rerun = new Rerun(runner, (ClientOutput) call.output(), call, call.listener());
    rerun.begin();
    return call.listenedBy(rerun);
  }

  private static boolean isInPlace(Transaction transaction) {
    return switch (transaction.scope()) {
      case NONE -> true;
      case EXPLICIT, IMPLICIT -> !transaction.failed() && !transaction.view().keepsView();
      case BARE -> false;
    };
  }

  /** It takes nothing from its client but what it was called with. */
  private static boolean isRepeatable(Plan plan) {
    return switch (plan) {
      case Plan.OneNode _, Plan.AnyNode _, Plan.AllNodes _, Plan.Fragments _ -> true;
      case Plan.ReplicatedWrite _, Plan.InsertRows _, Plan.InsertFrom _, Plan.Change _ -> true;
      case Plan.CopyIn _, Plan.CopyOut _ -> true;
      case Plan.Local _, Plan.CopyLocal _, Plan.Explain _ -> false;
      case Plan.AtCursor _, Plan.Control _, Plan.Utility _, Plan.Broadcast _ -> false;
      case Plan.Deferred _ -> false;
    };
  }

  private void begin() {
    if (inside) {
      runner.transaction().failure().mark();
    }
  }

  private void settle() {
    if (inside) {
      runner.transaction().failure().settle();
    }
  }

  @Override
  public void completed(Call call, String tag) {
    settle();
    client.completed(call, tag);
  }

  @Override
  public void suspended(Call call) {
    settle();
    client.suspended(call);
  }

  @Override
  public void failedAtCommit(Call call, String tag, ErrorFields error) {
    settle();
    client.failedAtCommit(call, tag, error);
  }

  @Override
  public void failed(Call call, ErrorFields error) {
    boolean again =
        runner.isWantedAgain()
            && output.written() == written
            && runs < MAX_RUNS
            && (!inside || runner.transaction().failure().isTakenBackEasily());
    if (!again) {
      settle();
      client.failed(call, error);
      return;
    }
    runs++;
    undo(this::plan);
  }

  private void undo(Runnable then) {
    if (inside) {
      runner
          .transaction()
          .failure()
          .takeBack(
              () -> {
                begin();
                then.run();
              });
    } else if (runner.transaction().scope() == Transaction.Scope.NONE) {
      then.run();
    } else {
      runner.rollback(then);
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
            settle();
            client.failed(first, error);
          }
        });
  }
}
