package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.snapshot.SecondPhases.SecondPhase;
import dev.drover.coordinator.txn.TwoPhaseCommit.Effect;
import dev.drover.coordinator.txn.TwoPhaseCommit.Event;
import dev.drover.coordinator.txn.TwoPhaseCommit.State;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Carries one commit out: decides between one and two phases, and does what {@link TwoPhaseCommit}
 * says over the participants' connections.
 *
 * <p>Participants that wrote nothing end after every writer's commit is acknowledged: until then
 * the locks they may hold keep others from seeing old data. Those of a SERIALIZABLE transaction end
 * first, as PostgreSQL may refuse their commit. One that wrote and was on several datanodes is
 * certified by {@link CommitRoles all its parts there}, which commit in {@link CommitTurns turn}:
 * each part's commit record is a conflict with the transaction that it has its snapshot from, so
 * PostgreSQL refuses the part if what it read has been overwritten by who commits before it.
 *
 * <p>A client waits for a node that dies in the second phase, but not for ever: after {@value
 * #PATIENCE_MILLIS} ms it is told that the transaction has committed, with a warning that names the
 * node. The rest is finished behind its back. A rollback is reported as soon as one part is durably
 * rolled back: then no other can commit.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class Commit {
  private static final String ROLLBACK_TAG = "ROLLBACK";
  private static final long PATIENCE_MILLIS = 5_000;

  private final TransactionServices services;
  private final Consumer<ErrorFields> warnings;
  private final TransactionView view;
  private final CommitRoles roles;
  private final List<Participant> writers;
  private Completion done = _ -> {};
  private TwoPhaseCommit machine = new TwoPhaseCommit(2, Set.of());
  private State state = new State.Committed();
  private Optional<GlobalId> id = Optional.empty();
  private Optional<ErrorFields> cause = Optional.empty();
  private boolean durablyRefused;
  private boolean impatient;
  private boolean reported;
  private Optional<SecondPhase> secondPhase = Optional.empty();
  private Optional<ScheduledFuture<?>> patience = Optional.empty();

  /** {@code warnings} go to the client before its commit is answered. */
  Commit(
      TransactionServices services,
      List<Participant> participants,
      TransactionView view,
      Consumer<ErrorFields> warnings) {
    this.services = services;
    this.view = view;
    this.warnings = warnings;
    this.roles = CommitRoles.of(participants, view.isSerializable());
    this.writers = roles.writers();
  }

  void run(Completion completion) {
    done = completion;
    if (roles.serializable()) {
      Fanout.toAll(
          roles.readers(),
          _ -> "COMMIT",
          error -> error.ifPresentOrElse(this::rollbackAll, this::vote));
    } else {
      vote();
    }
  }

  private void vote() {
    switch (writers.size()) {
      case 0 -> endReaders(Optional.empty());
      case 1 -> OnePhaseCommit.send(services, writers.getFirst(), this::endReaders);
      default -> CommitTurns.take(roles.certified() ? roles.voters() : List.of(), this::inTurn);
    }
  }

  private void inTurn(Optional<ErrorFields> error) {
    error.ifPresentOrElse(
        this::rollbackAll,
        () ->
            services
                .global()
                .nextGxid(this::prepare, e -> rollbackAll(ErrorFields.of(e, Severity.ERROR))));
  }

  private void endReaders(Optional<ErrorFields> error) {
    Fanout.toAll(readers(), _ -> "COMMIT", _ -> done.complete(error));
  }

  /** Those that have not ended yet. */
  private List<Participant> readers() {
    return roles.serializable() ? List.of() : roles.readers();
  }

  private void rollbackAll(ErrorFields error) {
    List<Participant> all = Stream.concat(writers.stream(), readers().stream()).toList();
    Fanout.toAll(all, _ -> ROLLBACK_TAG, _ -> done.complete(Optional.of(error)));
  }

  private void prepare(long gxid) {
    if (!writers.stream().allMatch(w -> services.global().mayCommit(w.backend().epoch()))) {
      rollbackAll(TransactionErrors.leaseLost());
      return;
    }
    id = Optional.of(GlobalId.of(services, gxid, roles));
    machine = roles.machine();
    enter(machine.begin());
  }

  private void on(Event event) {
    switch (event) {
      case Event.Finished(int index) -> endedOn(index);
      case Event.Recovered(int index) -> endedOn(index);
      default -> {}
    }
    enter(machine.on(state, event));
  }

  private void endedOn(int index) {
    secondPhase.ifPresent(phase -> phase.endedOn(writers.get(index).node()));
  }

  private void enter(TwoPhaseCommit.Step step) {
    State before = state;
    state = step.state();
    boolean decides = state instanceof State.Deciding || state instanceof State.Committing;
    if (decides && before instanceof State.Preparing) {
      services.gate().secondPhase(roles.nodes(), phase -> startSecondPhase(phase, step));
    } else if (before instanceof State.Deciding && state instanceof State.Committing) {
      goOnWithLease(step);
    } else {
      goOn(step);
    }
  }

  /** Everything is prepared, and nobody takes a snapshot now. */
  private void startSecondPhase(SecondPhase phase, TwoPhaseCommit.Step step) {
    secondPhase = Optional.of(phase);
    goOnWithLease(step);
  }

  private void goOnWithLease(TwoPhaseCommit.Step step) {
    if (services.global().mayCommit(id.orElseThrow().epoch())) {
      goOn(step);
    } else {
      leaveToResolver();
    }
  }

  private void goOn(TwoPhaseCommit.Step step) {
    step.effects().forEach(this::perform);
    boolean isOver =
        state instanceof State.Committed
            || state instanceof State.RolledBack
            || state instanceof State.RollingBack;
    if (isOver) {
      leaveGate();
    }
    settle();
  }

  private void leaveGate() {
    secondPhase.ifPresent(services.gate()::secondPhaseEnded);
    secondPhase = Optional.empty();
  }

  /** Without the lease somebody else decides: all parts stay prepared. */
  private void leaveToResolver() {
    leaveGate();
    writers.forEach(w -> w.backend().closeOnRelease());
    report(Optional.of(TransactionErrors.decidedByOthers()), "COMMIT");
  }

  /** Answers the client as soon as what it is told is true, and no connection is in use. */
  private void settle() {
    switch (state) {
      case State.Committed _ -> report(Optional.empty(), "COMMIT");
      case State.Committing committing -> {
        if (committing.open().isEmpty() && impatient) {
          if (isDecided(committing)) {
            reportUnfinished(committing);
          } else {
            report(Optional.of(TransactionErrors.outcomeUnknown()), "COMMIT");
          }
        }
      }
      case State.RolledBack _ -> report(Optional.of(abortError()), ROLLBACK_TAG);
      case State.RollingBack rollingBack -> {
        if (rollingBack.open().isEmpty() && (durablyRefused || impatient)) {
          report(Optional.of(abortError()), ROLLBACK_TAG);
        }
      }
      case State.Deciding _ -> {
        if (impatient) {
          report(Optional.of(TransactionErrors.outcomeUnknown()), "COMMIT");
        }
      }
      case State.Preparing _ -> {}
    }
  }

  private void report(Optional<ErrorFields> error, String readersEnd) {
    if (!reported) {
      reported = true;
      patience.ifPresent(timer -> timer.cancel(false));
      Fanout.toAll(readers(), _ -> readersEnd, _ -> done.complete(error));
    }
  }

  /** Without this coordinator, a certified transaction commits only if it has on some node. */
  private boolean isDecided(State.Committing committing) {
    int missing = committing.recovering().size() + committing.later().size();
    return !roles.certified() || missing < writers.size();
  }

  /** The decision is durable: whatever happens now, the transaction is committed. */
  private void reportUnfinished(State.Committing committing) {
    if (reported) {
      return;
    }
    Set<Integer> missing = new TreeSet<>(committing.recovering());
    missing.addAll(committing.later());
    warnings.accept(
        TransactionErrors.notYetOn(
            missing.stream().map(p -> writers.get(p).backend().nodeName()).distinct().toList()));
    report(Optional.empty(), "COMMIT");
  }

  private ErrorFields abortError() {
    return cause.filter(_ -> durablyRefused).orElseGet(TransactionErrors::outcomeUnknown);
  }

  private void perform(Effect effect) {
    Participant participant = writers.get(effect.participant());
    switch (effect) {
      case Effect.Prepare(int index) ->
          CommitWire.prepare(participant, id.orElseThrow(), reply -> prepared(index, reply));
      case Effect.Decide(int index) ->
          CommitWire.decide(
              participant, id.orElseThrow(), this::noteError, reply -> decided(index, reply));
      case Effect.Ask ask -> ask(ask.participant(), participant);
      case Effect.CommitPrepared commit -> commitPrepared(commit.participant(), participant);
      case Effect.RollbackPrepared rollback ->
          rollbackPrepared(rollback.participant(), participant);
      case Effect.Recover(int index, boolean commit) ->
          finishElsewhere(
              part(index, participant.backend().link().processId(), commit),
              new Event.Recovered(index));
    }
  }

  private void decided(int index, QuietReply reply) {
    if (reply.lost().isPresent()) {
      on(new Event.Lost(index));
      return;
    }
    noteError(reply);
    boolean committed = reply.succeeded() && !reply.tag().equals(ROLLBACK_TAG);
    if (!committed) {
      durablyRefused = true;
      writers.get(index).backend().closeOnRelease();
    }
    on(committed ? new Event.Finished(index) : new Event.Refused(index));
  }

  private void ask(int index, Participant participant) {
    startPatience();
    services
        .finisher()
        .ask(
            new InDoubtFinisher.Inquiry(
                participant.node(),
                participant.backend().link().processId(),
                id.orElseThrow().asked(),
                committed -> {
                  durablyRefused |= !committed;
                  on(committed ? new Event.Finished(index) : new Event.Refused(index));
                },
                this::leaveToResolver));
  }

  private void noteError(QuietReply reply) {
    if (cause.isEmpty()) {
      cause = reply.failure();
    }
  }

  private void prepared(int index, QuietReply reply) {
    noteError(reply);
    if (reply.lost().isPresent()) {
      on(new Event.Lost(index));
    } else if (!reply.succeeded() || reply.tag().equals(ROLLBACK_TAG)) {
      CommitWire.rollBack(writers.get(index), _ -> refused(index));
    } else if (roles.certified() && !view.isWitnessed()) {
      doubt(index);
    } else {
      on(new Event.Prepared(index));
    }
  }

  /** An error before PREPARE leaves the transaction open: it ends before anybody is told. */
  private void refused(int index) {
    durablyRefused = true;
    on(new Event.Refused(index));
  }

  /** It is prepared, but what it read may have been overwritten unseen: as good as lost. */
  private void doubt(int index) {
    cause = cause.or(() -> Optional.of(TransactionErrors.unwitnessed()));
    writers.get(index).backend().closeOnRelease();
    on(new Event.Lost(index));
  }

  /** Once the client has its answer, the connection is somebody else's. */
  private void commitPrepared(int index, Participant participant) {
    if (reported) {
      finishElsewhere(part(index, InDoubtFinisher.NO_PROCESS, true), new Event.Finished(index));
    } else {
      sendSecondPhase(index, participant, "COMMIT PREPARED");
    }
  }

  private void rollbackPrepared(int index, Participant participant) {
    if (reported) {
      finishElsewhere(part(index, InDoubtFinisher.NO_PROCESS, false), new Event.Finished(index));
    } else {
      sendSecondPhase(index, participant, "ROLLBACK PREPARED");
    }
  }

  private void sendSecondPhase(int index, Participant participant, String command) {
    CommitWire.end(participant, command, id.orElseThrow(), reply -> finished(index, reply));
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

  /** {@code processId} may still be busy with the part. */
  private InDoubtFinisher.Part part(int index, int processId, boolean commit) {
    Participant participant = writers.get(index);
    GlobalId global = id.orElseThrow();
    return new InDoubtFinisher.Part(
        participant.node(), processId, global.epoch(), global.gid(participant), commit);
  }

  private void finishElsewhere(InDoubtFinisher.Part part, Event whenDone) {
    startPatience();
    services
        .finisher()
        .finish(
            part,
            new InDoubtFinisher.Listener() {
              @Override
              public void finished() {
                durablyRefused |= !part.commit();
                on(whenDone);
              }

              @Override
              public void leftToResolver() {
                leaveGate();
                losePatience();
              }
            });
  }

  private void startPatience() {
    if (patience.isEmpty()) {
      patience =
          Optional.of(
              services.loop().schedule(this::losePatience, PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
    }
  }

  private void losePatience() {
    impatient = true;
    settle();
  }
}
