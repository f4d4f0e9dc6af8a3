package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.TwoPhaseCommit.Effect;
import dev.drover.coordinator.txn.TwoPhaseCommit.Event;
import dev.drover.coordinator.txn.TwoPhaseCommit.State;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Carries one commit out: decides between one and two phases, and does what {@link TwoPhaseCommit}
 * says over the participants' connections.
 *
 * <p>Participants that wrote nothing end after every writer's commit is acknowledged: until then
 * the locks they may hold keep others from seeing old data.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class Commit {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int NONCE_BYTES = 16;
  private static final String ROLLBACK_TAG = "ROLLBACK";

  private final TransactionServices services;
  private final List<Participant> writers = new ArrayList<>();
  private final List<Participant> readers = new ArrayList<>();
  private Completion done = _ -> {};
  private TwoPhaseCommit machine = new TwoPhaseCommit(2, Set.of());
  private State state = new State.Committed();
  private Optional<GlobalId> id = Optional.empty();
  private Optional<ErrorFields> cause = Optional.empty();
  private boolean durablyRefused;
  private boolean reported;
  private int recovering;

  Commit(TransactionServices services, List<Participant> participants) {
    this.services = services;
    for (Participant participant : participants) {
      boolean writes = participant.wrote() || participant.temporary();
      (writes ? writers : readers).add(participant);
    }
  }

  void run(Completion completion) {
    done = completion;
    switch (writers.size()) {
      case 0 -> endReaders(Optional.empty());
      case 1 -> onePhase(writers.getFirst());
      default ->
          services
              .global()
              .nextGxid(this::prepare, e -> rollbackAll(ErrorFields.of(e, Severity.ERROR)));
    }
  }

  private void endReaders(Optional<ErrorFields> error) {
    Fanout.toAll(readers, _ -> "COMMIT", _ -> done.complete(error));
  }

  private void onePhase(Participant writer) {
    services.gate().singleNodeSent();
    writer
        .backend()
        .query(
            "COMMIT",
            new QuietReply(
                reply -> {
                  services.gate().singleNodeDone();
                  endReaders(onePhaseError(reply));
                }));
    writer.backend().link().flush();
  }

  private static Optional<ErrorFields> onePhaseError(QuietReply reply) {
    if (reply.lost().isPresent()) {
      return Optional.of(ErrorFields.of(outcomeUnknown(), Severity.ERROR));
    }
    if (reply.succeeded() && reply.tag().equals(ROLLBACK_TAG)) {
      return Optional.of(
          ErrorFields.of(
              SqlError.of(SqlState.IN_FAILED_SQL_TRANSACTION, "the transaction was rolled back"),
              Severity.ERROR));
    }
    return reply.error();
  }

  private static SqlError outcomeUnknown() {
    return SqlError.of(
            SqlState.TRANSACTION_RESOLUTION_UNKNOWN,
            "the connection to a node was lost during commit")
        .withDetail("Whether the transaction was committed is not known.");
  }

  private void rollbackAll(ErrorFields error) {
    List<Participant> all = new ArrayList<>(writers);
    all.addAll(readers);
    Fanout.toAll(all, _ -> ROLLBACK_TAG, _ -> done.complete(Optional.of(error)));
  }

  private void prepare(long gxid) {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    id = Optional.of(GlobalId.of(services.global(), gxid, nonce, writers));
    Set<Integer> last = new HashSet<>();
    OptionalInt decider = OptionalInt.empty();
    for (int i = 0; i < writers.size(); i++) {
      if (writers.get(i).temporary()) {
        decider = OptionalInt.of(i);
      } else if (writers.get(i).commitsLast()) {
        last.add(i);
      }
    }
    machine = new TwoPhaseCommit(writers.size(), last, decider);
    enter(machine.begin());
  }

  private void on(Event event) {
    enter(machine.on(state, event));
  }

  private void enter(TwoPhaseCommit.Step step) {
    State before = state;
    state = step.state();
    boolean secondPhaseStarts =
        state instanceof State.Committing
            && (before instanceof State.Preparing || before instanceof State.Deciding);
    if (secondPhaseStarts) {
      if (!services.global().mayCommit()) {
        leaveToResolver();
        return;
      }
      services.gate().secondPhaseStarted();
    }
    for (Effect effect : step.effects()) {
      perform(effect);
    }
    finishIfDone();
  }

  /** Without the lease somebody else decides: all parts stay prepared. */
  private void leaveToResolver() {
    reported = true;
    writers.forEach(w -> w.backend().closeOnRelease());
    SqlError error =
        SqlError.of(
                SqlState.TRANSACTION_RESOLUTION_UNKNOWN,
                "the coordinator lost its lease during commit")
            .withDetail("The transaction is being resolved by another process.");
    endReaders(Optional.of(ErrorFields.of(error, Severity.ERROR)));
  }

  private void finishIfDone() {
    if (recovering > 0 || reported) {
      return;
    }
    switch (state) {
      case State.Committed _ -> {
        reported = true;
        services.gate().secondPhaseEnded();
        endReaders(Optional.empty());
      }
      case State.RolledBack _ -> {
        reported = true;
        Fanout.toAll(readers, _ -> ROLLBACK_TAG, _ -> done.complete(Optional.of(abortError())));
      }
      case State.Preparing _, State.Deciding _, State.Committing _, State.RollingBack _ -> {}
    }
  }

  private ErrorFields abortError() {
    if (!durablyRefused) {
      return ErrorFields.of(outcomeUnknown(), Severity.ERROR);
    }
    return cause.orElseGet(() -> ErrorFields.of(outcomeUnknown(), Severity.ERROR));
  }

  private void perform(Effect effect) {
    Participant participant = writers.get(effect.participant());
    switch (effect) {
      case Effect.Prepare prepare -> sendPrepare(prepare.participant(), participant);
      case Effect.Decide decide -> decide(decide.participant(), participant);
      case Effect.Ask ask -> ask(ask.participant(), participant);
      case Effect.CommitPrepared commit ->
          sendSecondPhase(commit.participant(), participant, "COMMIT PREPARED '");
      case Effect.RollbackPrepared rollback ->
          sendSecondPhase(rollback.participant(), participant, "ROLLBACK PREPARED '");
      case Effect.Recover recover -> recover(participant, recover.commit());
    }
  }

  private void sendPrepare(int index, Participant participant) {
    GlobalId global = id.orElseThrow();
    participant.backend().query(global.markSql(participant), new QuietReply(this::noteError));
    participant
        .backend()
        .query(
            "PREPARE TRANSACTION '" + global.gid(participant) + "'",
            new QuietReply(reply -> prepared(index, reply)));
    participant.backend().link().flush();
  }

  /** The row and the COMMIT: the decision of the whole transaction. */
  private void decide(int index, Participant participant) {
    if (!services.global().mayCommit()) {
      leaveToResolver();
      return;
    }
    Backend backend = participant.backend();
    backend.query(id.orElseThrow().markSql(participant), new QuietReply(this::noteError));
    backend.query("COMMIT", new QuietReply(reply -> decided(index, reply)));
    backend.link().flush();
  }

  private void decided(int index, QuietReply reply) {
    if (reply.lost().isPresent()) {
      on(new Event.Lost(index));
      return;
    }
    noteError(reply);
    boolean committed = reply.succeeded() && !reply.tag().equals(ROLLBACK_TAG);
    durablyRefused |= !committed;
    on(committed ? new Event.Finished(index) : new Event.Refused(index));
  }

  private void ask(int index, Participant participant) {
    services
        .finisher()
        .ask(
            new InDoubtFinisher.Inquiry(
                participant.node(),
                participant.backend().link().processId(),
                id.orElseThrow().gxid(),
                committed -> {
                  durablyRefused |= !committed;
                  on(committed ? new Event.Finished(index) : new Event.Refused(index));
                },
                this::leaveToResolver));
  }

  private void noteError(QuietReply reply) {
    if (cause.isEmpty()) {
      cause = Fanout.errorOf(reply);
    }
  }

  private void prepared(int index, QuietReply reply) {
    noteError(reply);
    if (reply.lost().isPresent()) {
      on(new Event.Lost(index));
    } else if (reply.succeeded() && !reply.tag().equals(ROLLBACK_TAG)) {
      on(new Event.Prepared(index));
    } else {
      durablyRefused = true;
      on(new Event.Refused(index));
    }
  }

  private void sendSecondPhase(int index, Participant participant, String command) {
    String sql = command + id.orElseThrow().gid(participant) + "'";
    participant.backend().query(sql, new QuietReply(reply -> finished(index, reply)));
    participant.backend().link().flush();
  }

  private void finished(int index, QuietReply reply) {
    if (reply.succeeded()) {
      durablyRefused |= state instanceof State.RollingBack;
      on(new Event.Finished(index));
      return;
    }
    writers.get(index).backend().closeOnRelease();
    on(new Event.Lost(index));
  }

  private void recover(Participant participant, boolean commit) {
    recovering++;
    services
        .finisher()
        .finish(
            new InDoubtFinisher.Part(
                participant.node(),
                participant.backend().link().processId(),
                id.orElseThrow().gid(participant),
                commit,
                () -> {
                  recovering--;
                  durablyRefused |= !commit;
                  finishIfDone();
                }));
  }
}
