package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.UserPreparation.Effect;
import dev.drover.coordinator.txn.UserPreparation.Event;
import dev.drover.coordinator.txn.UserPreparation.State;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import java.util.List;
import java.util.Optional;

/**
 * Carries one PREPARE TRANSACTION of a client out: does what {@link UserPreparation} says over the
 * participants' connections. Who only read is prepared too, as it may hold locks.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class UserPrepare {
  private static final String ROLLBACK_TAG = "ROLLBACK";

  private final TransactionServices services;
  private final List<Participant> participants;
  private final String gid;
  private final String owner;
  private final boolean serializable;
  private final UserPreparation machine;
  private Completion done = _ -> {};
  private State state = new State.Kept();
  private PreparedRow.Key key = new PreparedRow.Key(0, 0, 0);
  private Optional<ErrorFields> cause = Optional.empty();
  private boolean reported;

  /** {@code gid} is the client's name for it, {@code owner} the role that the client acts as. */
  UserPrepare(
      TransactionServices services,
      List<Participant> participants,
      TransactionView view,
      String gid,
      String owner) {
    this.services = services;
    this.participants = List.copyOf(participants);
    this.gid = gid;
    this.owner = owner;
    this.serializable = view.isSerializable();
    this.machine = new UserPreparation(participants.size());
  }

  void run(Completion completion) {
    done = completion;
    if (serializable && CommitRoles.isSpread(participants)) {
      rollbackAll(TransactionErrors.serializablePrepared());
      return;
    }
    services.global().nextGxid(this::prepare, e -> rollbackAll(ErrorFields.of(e, Severity.ERROR)));
  }

  private void rollbackAll(ErrorFields error) {
    Fanout.toAll(participants, _ -> ROLLBACK_TAG, _ -> done.complete(Optional.of(error)));
  }

  private void prepare(long gxid) {
    GlobalTransactions global = services.global();
    key = new PreparedRow.Key(global.coordinatorId(), global.epoch(), gxid);
    boolean isOfThisEpoch = participants.stream().allMatch(p -> p.backend().epoch() == key.epoch());
    if (!isOfThisEpoch || !global.mayCommit(key.epoch())) {
      rollbackAll(TransactionErrors.leaseLost());
      return;
    }
    enter(machine.begin());
  }

  private void on(Event event) {
    enter(machine.on(state, event));
  }

  private void enter(UserPreparation.Step step) {
    state = step.state();
    step.effects().forEach(this::perform);
    switch (state) {
      case State.Kept _ -> report(Optional.empty());
      case State.RolledBack _ ->
          report(cause.or(() -> Optional.of(TransactionErrors.rolledBack())));
      case State.Preparing _, State.Recording _, State.RollingBack _ -> {}
    }
  }

  private void report(Optional<ErrorFields> error) {
    if (!reported) {
      reported = true;
      done.complete(error);
    }
  }

  private void perform(Effect effect) {
    switch (effect) {
      case Effect.Prepare(int index) ->
          send(index, "PREPARE TRANSACTION '", reply -> prepared(index, reply));
      case Effect.RollbackPrepared(int index) ->
          send(index, "ROLLBACK PREPARED '", reply -> rolledBack(index, reply));
      case Effect.Recover(int index) -> recover(participants.get(index));
      case Effect.WriteRow _ -> record();
      case Effect.AskRow _ -> {} // asked where the lost connection is known
    }
  }

  private void send(int index, String command, QuietReply.Outcome outcome) {
    Backend backend = participants.get(index).backend();
    backend.query(command + key.gid() + "'", new QuietReply(outcome));
    backend.link().flush();
  }

  private void prepared(int index, QuietReply reply) {
    noteError(reply);
    if (reply.lost().isPresent()) {
      on(new Event.Lost(index));
    } else if (reply.succeeded() && !reply.tag().equals(ROLLBACK_TAG)) {
      on(new Event.Prepared(index));
    } else {
      refused(index);
    }
  }

  /** An error before PREPARE leaves the transaction open: it ends before anybody is told. */
  private void refused(int index) {
    Backend backend = participants.get(index).backend();
    backend.query(ROLLBACK_TAG, new QuietReply(_ -> on(new Event.Refused(index))));
    backend.link().flush();
  }

  private void rolledBack(int index, QuietReply reply) {
    if (reply.succeeded()) {
      on(new Event.Finished(index));
      return;
    }
    participants.get(index).backend().closeOnRelease();
    on(new Event.Lost(index));
  }

  private void noteError(QuietReply reply) {
    if (cause.isEmpty()) {
      cause = reply.failure();
    }
  }

  private void recover(Participant participant) {
    InDoubtFinisher.Part part =
        new InDoubtFinisher.Part(
            participant.node(),
            participant.backend().link().processId(),
            key.epoch(),
            key.gid(),
            false);
    services.finisher().finish(part, InDoubtFinisher.NOBODY);
  }

  /** Only over a connection that is shut out together with this epoch. */
  private void record() {
    services
        .pool()
        .acquire(
            Node.CATALOG_ID,
            InDoubtFinisher.DROVER_ROLE,
            new BackendPool.Request() {
              @Override
              public void acquired(Backend backend) {
                if (backend.epoch() != key.epoch() || !services.global().mayCommit(key.epoch())) {
                  services.pool().release(backend);
                  leaveToResolver();
                  return;
                }
                backend.query(
                    PreparedRow.insert(key, gid, owner, participants),
                    new QuietReply(reply -> recorded(backend, reply)));
                backend.link().flush();
              }

              @Override
              public void refused(SqlError error) {
                cause = Optional.of(ErrorFields.of(error, Severity.ERROR));
                on(new Event.NotRecorded());
              }
            });
  }

  private void recorded(Backend backend, QuietReply reply) {
    services.pool().release(backend);
    if (reply.succeeded()) {
      on(new Event.Recorded());
    } else if (reply.lost().isPresent()) {
      cause = reply.failure();
      on(new Event.RecordLost());
      askRecord(backend.link().processId());
    } else {
      cause = Optional.of(recordError(reply.error().orElseThrow()));
      on(new Event.NotRecorded());
    }
  }

  private ErrorFields recordError(ErrorFields error) {
    return error.sqlState().equals(SqlState.UNIQUE_VIOLATION.code())
        ? PreparedErrors.inUse(gid)
        : error;
  }

  private void askRecord(int processId) {
    services
        .finisher()
        .ask(
            new InDoubtFinisher.Inquiry(
                Node.CATALOG_ID,
                processId,
                new InDoubtFinisher.Asked(key.epoch(), PreparedRow.exists(key)),
                isRecorded -> on(isRecorded ? new Event.Recorded() : new Event.NotRecorded()),
                this::leaveToResolver));
  }

  /** Without the lease the row alone tells, to whoever comes. */
  private void leaveToResolver() {
    participants.forEach(p -> p.backend().closeOnRelease());
    report(Optional.of(TransactionErrors.decidedByOthers()));
  }
}
