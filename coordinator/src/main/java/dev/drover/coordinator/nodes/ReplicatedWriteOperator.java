package dev.drover.coordinator.nodes;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.Plan.ReplicatedWrite;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A write to a replicated table: first on its primary, which orders concurrent writers, then on the
 * other nodes. The client sees the primary's result; every other node must report the same number
 * of rows.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class ReplicatedWriteOperator implements Operator {
  private final Call call;
  private final ReplicatedWrite plan;
  private String primaryTag = "";
  private Optional<ErrorFields> notLocked = Optional.empty();

  public ReplicatedWriteOperator(Call call, ReplicatedWrite plan) {
    this.call = call;
    this.plan = plan;
  }

  @Override
  public void start() {
    call.openScope(false);
    joinFrom(0);
  }

  /**
   * The replicas first: when one of them is down, the statement fails before it waits for a row
   * that a transaction in doubt has locked on the primary, perhaps because of that very replica.
   */
  private void joinFrom(int replica) {
    if (replica == plan.others().size()) {
      joinPrimary();
      return;
    }
    call.transaction()
        .join(
            plan.others().get(replica),
            new Transaction.Joining() {
              @Override
              public void joined(Participant participant) {
                participant.backend().link().flush();
                joinFrom(replica + 1);
              }

              @Override
              public void refused(SqlError error) {
                fail(ErrorFields.of(error, Severity.ERROR));
              }
            });
  }

  private void joinPrimary() {
    call.transaction()
        .join(
            plan.primary(),
            new Transaction.Joining() {
              @Override
              public void joined(Participant participant) {
                participant.markWrote();
                participant.markCommitsLast();
                lock(participant);
              }

              @Override
              public void refused(SqlError error) {
                fail(ErrorFields.of(error, Severity.ERROR));
              }
            });
  }

  private void lock(Participant primary) {
    boolean inTransaction = call.transaction().scope() != Transaction.Scope.BARE;
    if (!plan.lock().isEmpty() && inTransaction) {
      String tables =
          plan.lock().stream().map(SettingsState::literal).collect(Collectors.joining(", "));
      primary
          .backend()
          .query(
              "SELECT drover.lock_replicated(ARRAY[" + tables + "])",
              new QuietReply(reply -> notLocked = reply.error()));
    }
    new NodeFan(call, List.of(plan.primary()), new PrimaryWork()).start();
  }

  private void others() {
    if (plan.others().isEmpty()) {
      call.closeBareScope();
      call.completed(primaryTag);
      return;
    }
    new NodeFan(call, plan.others(), new ReplicaWork()).start();
  }

  private NodeTask task(List<Integer> nodes) {
    return NodeTask.whole(call, nodes, plan.text(), Optional.empty());
  }

  private void fail(ErrorFields error) {
    call.transaction().fail();
    call.closeBareScope();
    call.failed(error);
  }

  /** The primary's answer is the client's. */
  private final class PrimaryWork implements NodeFan.Work {
    @Override
    public boolean writes() {
      return true;
    }

    @Override
    public void send(int index, Participant participant, Reply reply) {
      task(List.of(plan.primary())).send(index, participant, reply);
    }

    @Override
    public void bound() {
      call.output().bound();
    }

    @Override
    public void rows(int index, ByteBuf run) {
      call.output().rows(run);
    }

    @Override
    public void message(int index, byte type, ByteBuf body) {
      if (type == Backend.ROW_DESCRIPTION && call.simple()) {
        call.output().simpleRowDescription(call.cached());
      }
    }

    @Override
    public void tag(int index, String tag) {
      primaryTag = tag;
    }

    @Override
    public void finished(Optional<ErrorFields> error) {
      Optional<ErrorFields> first = notLocked.or(() -> error);
      if (first.isPresent()) {
        fail(first.get());
      } else {
        others();
      }
    }
  }

  /** The replicas' answers are only compared. */
  private final class ReplicaWork implements NodeFan.Work {
    private boolean diverged;

    @Override
    public void send(int index, Participant participant, Reply reply) {
      participant.markWrote();
      task(plan.others()).send(index, participant, reply);
    }

    @Override
    public void rows(int index, ByteBuf run) {
      run.release();
    }

    @Override
    public void tag(int index, String tag) {
      diverged |= !CommandTag.parse(tag).equals(CommandTag.parse(primaryTag));
    }

    @Override
    public void finished(Optional<ErrorFields> error) {
      if (error.isPresent()) {
        fail(error.get());
      } else if (diverged) {
        fail(
            ErrorFields.of(
                SqlError.of(
                        SqlState.INTERNAL_ERROR,
                        "the nodes of a replicated table changed different numbers of rows")
                    .withHint("The statement was rolled back on every node."),
                Severity.ERROR));
      } else {
        call.completed(primaryTag);
      }
    }
  }
}
