package dev.drover.coordinator.txn;

import dev.drover.coordinator.snapshot.CommitGate;
import dev.drover.coordinator.snapshot.SecondPhases.SecondPhase;
import dev.drover.coordinator.txn.TwoPhaseCommit.Effect;
import dev.drover.coordinator.txn.TwoPhaseCommit.Event;
import dev.drover.coordinator.txn.TwoPhaseCommit.State;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Carries a two-phase commit out: does what {@link TwoPhaseCommit} says over the participants'
 * connections, starts the second phase when the gate is open and the epoch lives, and tells the
 * session as soon as what it is told is true and no connection is in use.
 *
 * <p>Where a connection was lost, the part is finished through others. The session waits for that,
 * but not for ever: once its patience is lost, it is told what is durable, and the rest is finished
 * behind its back. A rollback is told as soon as one part is durably rolled back: then no other can
 * commit.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class TwoPhaseRun {
  /** What a participant's connection has said. */
  public enum Answer {
    DONE,
    /** The part is rolled back, and no transaction is open there. */
    REFUSED,
    /** It was lost: done or not, nobody knows. */
    LOST
  }

  /** The participants' connections, numbered as in {@link TwoPhaseCommit}. */
  public interface Connections {
    /** The gxid row and PREPARE TRANSACTION. */
    void prepare(int participant, Consumer<Answer> answered);

    /** The gxid row and COMMIT, in one phase. */
    void decide(int participant, Consumer<Answer> answered);

    /** COMMIT PREPARED or ROLLBACK PREPARED; anything but success counts as lost. */
    void end(int participant, boolean commit, Consumer<Boolean> done);

    /** Nobody else may use it. */
    void discard(int participant);

    /** Of the server's process, which may still be busy when the connection was lost. */
    int processId(int participant);
  }

  /** Whose transaction it is. */
  public interface Session {
    /** {@link GlobalTransactions#mayCommit}. */
    boolean mayCommit(long epoch);

    /** Runs {@code then} after some seconds, unless what is returned is run before. */
    Runnable afterPatience(Runnable then);

    /** Once. From then on the connections are the session's again. */
    void told(Outcome outcome);
  }

  /** What the client may be told. */
  public sealed interface Outcome {
    /** Durably; the participants that are missing do not show it yet. */
    record Committed(Set<Integer> missing) implements Outcome {
      public Committed {
        missing = Set.copyOf(missing);
      }
    }

    /** Durably. */
    record RolledBack() implements Outcome {}

    /** {@code rollsBack} if it has not committed as far as is known here. */
    record Unknown(boolean rollsBack) implements Outcome {}

    /** The epoch has ended: somebody else decides. */
    record LeftToResolver() implements Outcome {}
  }

  /**
   * What is committed.
   *
   * @param nodes of the participants
   * @param gids under which they are prepared
   * @param certified without this coordinator it commits only if it has on some node
   * @param asked whether the decider has committed
   */
  public record Terms(
      TwoPhaseCommit machine,
      List<Integer> nodes,
      List<String> gids,
      boolean certified,
      InDoubtFinisher.Asked asked) {
    public Terms {
      nodes = List.copyOf(nodes);
      gids = List.copyOf(gids);
    }

    private long epoch() {
      return asked.epoch();
    }
  }

  private final Terms terms;
  private final CommitGate gate;
  private final InDoubtFinisher finisher;
  private final Connections connections;
  private final Session session;
  private State state = new State.RolledBack();
  private boolean durablyRefused;
  private boolean impatient;
  private boolean reported;
  private Optional<SecondPhase> secondPhase = Optional.empty();
  private Optional<Runnable> patience = Optional.empty();

  public TwoPhaseRun(
      Terms terms,
      CommitGate gate,
      InDoubtFinisher finisher,
      Connections connections,
      Session session) {
    this.terms = terms;
    this.gate = gate;
    this.finisher = finisher;
    this.connections = connections;
    this.session = session;
  }

  /** Once. */
  public void begin() {
    enter(terms.machine.begin());
  }

  private void on(Event event) {
    switch (event) {
      case Event.Finished(int participant) -> endedOn(participant);
      case Event.Recovered(int participant) -> endedOn(participant);
      default -> {}
    }
    enter(terms.machine.on(state, event));
  }

  private void endedOn(int participant) {
    secondPhase.ifPresent(phase -> phase.endedOn(terms.nodes.get(participant)));
  }

  private void enter(TwoPhaseCommit.Step step) {
    State before = state;
    state = step.state();
    boolean decides = state instanceof State.Deciding || state instanceof State.Committing;
    if (decides && before instanceof State.Preparing) {
      gate.secondPhase(terms.nodes, phase -> startSecondPhase(phase, step));
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
    if (session.mayCommit(terms.epoch())) {
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
    secondPhase.ifPresent(gate::secondPhaseEnded);
    secondPhase = Optional.empty();
  }

  /** Without the lease somebody else decides: all parts stay prepared. */
  private void leaveToResolver() {
    leaveGate();
    report(new Outcome.LeftToResolver());
  }

  private void settle() {
    switch (state) {
      case State.Committed _ -> report(new Outcome.Committed(Set.of()));
      case State.Committing committing -> {
        if (committing.open().isEmpty() && impatient) {
          report(unfinished(committing));
        }
      }
      case State.RolledBack _ -> report(rolledBack());
      case State.RollingBack rollingBack -> {
        if (rollingBack.open().isEmpty() && (durablyRefused || impatient)) {
          report(rolledBack());
        }
      }
      case State.Deciding _ -> {
        if (impatient) {
          report(new Outcome.Unknown(false));
        }
      }
      case State.Preparing _ -> {}
    }
  }

  /** Once the decision is durable it is committed, whatever happens now. */
  private Outcome unfinished(State.Committing committing) {
    Set<Integer> missing = new TreeSet<>(committing.recovering());
    missing.addAll(committing.later());
    boolean isDecided = !terms.certified || missing.size() < terms.nodes.size();
    return isDecided ? new Outcome.Committed(missing) : new Outcome.Unknown(false);
  }

  private Outcome rolledBack() {
    return durablyRefused ? new Outcome.RolledBack() : new Outcome.Unknown(true);
  }

  private void report(Outcome outcome) {
    if (!reported) {
      reported = true;
      patience.ifPresent(Runnable::run);
      session.told(outcome);
    }
  }

  private void perform(Effect effect) {
    switch (effect) {
      case Effect.Prepare(int participant) ->
          connections.prepare(participant, answer -> prepared(participant, answer));
      case Effect.Decide(int participant) ->
          connections.decide(participant, answer -> decided(participant, answer));
      case Effect.Ask(int participant) -> ask(participant);
      case Effect.CommitPrepared(int participant) -> end(participant, true);
      case Effect.RollbackPrepared(int participant) -> end(participant, false);
      case Effect.Recover(int participant, boolean commit) ->
          finishElsewhere(
              part(participant, connections.processId(participant), commit),
              new Event.Recovered(participant));
    }
  }

  private void prepared(int participant, Answer answer) {
    on(
        switch (answer) {
          case DONE -> new Event.Prepared(participant);
          case REFUSED -> refused(participant);
          case LOST -> new Event.Lost(participant);
        });
  }

  private void decided(int participant, Answer answer) {
    if (answer == Answer.REFUSED) {
      connections.discard(participant);
    }
    on(
        switch (answer) {
          case DONE -> new Event.Finished(participant);
          case REFUSED -> refused(participant);
          case LOST -> new Event.Lost(participant);
        });
  }

  private Event refused(int participant) {
    durablyRefused = true;
    return new Event.Refused(participant);
  }

  private void ask(int participant) {
    startPatience();
    finisher.ask(
        new InDoubtFinisher.Inquiry(
            terms.nodes.get(participant),
            connections.processId(participant),
            terms.asked,
            committed -> on(committed ? new Event.Finished(participant) : refused(participant)),
            this::leaveToResolver));
  }

  /** Once the session has been told, the connection is somebody else's. */
  private void end(int participant, boolean commit) {
    if (reported) {
      finishElsewhere(
          part(participant, InDoubtFinisher.NO_PROCESS, commit), new Event.Finished(participant));
    } else {
      connections.end(participant, commit, done -> ended(participant, done));
    }
  }

  private void ended(int participant, boolean done) {
    if (done) {
      durablyRefused |= state instanceof State.RollingBack;
      on(new Event.Finished(participant));
      return;
    }
    connections.discard(participant);
    on(new Event.Lost(participant));
  }

  /** {@code processId} may still be busy with the part. */
  private InDoubtFinisher.Part part(int participant, int processId, boolean commit) {
    return new InDoubtFinisher.Part(
        terms.nodes.get(participant),
        processId,
        terms.epoch(),
        terms.gids.get(participant),
        commit);
  }

  private void finishElsewhere(InDoubtFinisher.Part part, Event whenDone) {
    startPatience();
    finisher.finish(
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
      patience = Optional.of(session.afterPatience(this::losePatience));
    }
  }

  private void losePatience() {
    impatient = true;
    settle();
  }
}
