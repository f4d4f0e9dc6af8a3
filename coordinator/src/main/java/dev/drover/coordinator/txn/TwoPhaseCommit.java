package dev.drover.coordinator.txn;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The commit of a transaction that wrote through several connections, as a pure state machine.
 *
 * <p>A participant is a connection, numbered from 0. Each one's transaction has inserted the gxid
 * row before PREPARE, so "every participant is prepared, or the row is visible anywhere" means
 * committed, and whoever comes later can tell from the servers alone.
 *
 * <pre>
 * state              event                    next state           effects
 * -----------------  -----------------------  -------------------  -------------------------------
 * (begin)                                     Preparing            Prepare each
 * Preparing          Prepared, others open    Preparing
 * Preparing          Prepared, the last one   Committing           CommitPrepared each replica
 *                    and nobody refused       (or the last wave    (each, when there is no wave)
 * Preparing          Refused or Lost,         Preparing            (wait: what was sent will be
 *                    others open                                   answered)
 * Preparing          any, the last one, and   RollingBack          RollbackPrepared each prepared,
 *                    somebody refused                              Recover each lost
 * Committing         Lost                     Committing           Recover that one
 * Committing         Finished or Recovered,   Committing
 *                    others open
 * Committing         the last one of the      Committing (last     CommitPrepared each of the wave
 *                    first wave               wave)
 * Committing         the last one             Committed
 * Preparing          all but the decider      Deciding             Decide
 *                    are prepared
 * Deciding           Finished                 Committing           CommitPrepared each other
 * Deciding           Refused                  RollingBack          RollbackPrepared each other
 * Deciding           Lost                     Deciding             Ask
 * RollingBack        Lost                     RollingBack          Recover that one
 * RollingBack        Finished or Recovered    RollingBack
 * RollingBack        the last one             RolledBack
 * </pre>
 *
 * <p>A decider is a participant that cannot be prepared, because it touched temporary tables. It
 * commits in one phase, its gxid row with it, when all others are prepared: that is the decision.
 *
 * <p>Invariant: no CommitPrepared is sent before every participant has answered Prepared.
 * Invariant: writes to replicated tables commit on their primary last, after every replica, also
 * one that had to be recovered: the primary's row locks keep later writers out until every replica
 * shows the change, else a later UPDATE would meet a row on one copy and miss it on another.
 *
 * <p>Threads: immutable states; {@link #on} is pure.
 */
public final class TwoPhaseCommit {
  /** What the commit is waiting for. */
  public sealed interface State {
    /**
     * PREPARE TRANSACTION is on its way.
     *
     * @param open not yet answered
     * @param prepared durably prepared
     * @param lost the connection broke: prepared or not, nobody knows yet
     * @param refused the server rolled its part back
     */
    record Preparing(
        Set<Integer> open, Set<Integer> prepared, Set<Integer> lost, Set<Integer> refused)
        implements State {
      public Preparing {
        open = Set.copyOf(open);
        prepared = Set.copyOf(prepared);
        lost = Set.copyOf(lost);
        refused = Set.copyOf(refused);
      }
    }

    /** All but the decider are prepared; its COMMIT is on its way. */
    record Deciding(Set<Integer> prepared) implements State {
      public Deciding {
        prepared = Set.copyOf(prepared);
      }
    }

    /**
     * The decision is commit.
     *
     * @param open not yet answered
     * @param recovering their connections broke; they are finished through others
     * @param later the wave that waits for these
     */
    record Committing(Set<Integer> open, Set<Integer> recovering, Set<Integer> later)
        implements State {
      public Committing {
        open = Set.copyOf(open);
        recovering = Set.copyOf(recovering);
        later = Set.copyOf(later);
      }
    }

    /** The decision is rollback; as in {@link Committing}. */
    record RollingBack(Set<Integer> open, Set<Integer> recovering) implements State {
      public RollingBack {
        open = Set.copyOf(open);
        recovering = Set.copyOf(recovering);
      }
    }

    /** Every participant shows the transaction. */
    record Committed() implements State {}

    /** Nothing of the transaction will ever be seen. */
    record RolledBack() implements State {}
  }

  /** What a participant's connection reports. */
  public sealed interface Event {
    int participant();

    /** PREPARE TRANSACTION answered with its own tag. */
    record Prepared(int participant) implements Event {}

    /** PREPARE TRANSACTION failed, or answered ROLLBACK: this part is gone. */
    record Refused(int participant) implements Event {}

    /** COMMIT PREPARED or ROLLBACK PREPARED was done. */
    record Finished(int participant) implements Event {}

    /** The connection broke with a command unanswered. */
    record Lost(int participant) implements Event {}

    /** What {@link Effect.Recover} asked for is done. */
    record Recovered(int participant) implements Event {}
  }

  /** What the shell does next. */
  public sealed interface Effect {
    int participant();

    record Prepare(int participant) implements Effect {}

    record CommitPrepared(int participant) implements Effect {}

    /** COMMIT in one phase, the gxid row with it. */
    record Decide(int participant) implements Effect {}

    /** Find out through another connection whether the decider has committed. */
    record Ask(int participant) implements Effect {}

    record RollbackPrepared(int participant) implements Effect {}

    /** Finish this participant's part through another connection, until it is done. */
    record Recover(int participant, boolean commit) implements Effect {}
  }

  /** A state and what to do on entering it. */
  public record Step(State state, List<Effect> effects) {
    public Step {
      effects = List.copyOf(effects);
    }
  }

  private final int participants;
  private final Set<Integer> lastWave;
  private final OptionalInt decider;

  /**
   * @param participants their number
   * @param lastWave those whose COMMIT PREPARED waits for all others': primaries of replicated
   *     tables that were written
   */
  public TwoPhaseCommit(int participants, Set<Integer> lastWave) {
    this(participants, lastWave, OptionalInt.empty());
  }

  /** {@code decider} is the one participant that cannot be prepared. */
  public TwoPhaseCommit(int participants, Set<Integer> lastWave, OptionalInt decider) {
    if (participants < 2) {
      throw new IllegalArgumentException("two-phase commit needs two participants");
    }
    this.participants = participants;
    this.lastWave = Set.copyOf(lastWave);
    this.decider = decider;
  }

  public Step begin() {
    Set<Integer> all = new HashSet<>();
    List<Effect> effects = new ArrayList<>();
    for (int participant = 0; participant < participants; participant++) {
      if (!isDecider(participant)) {
        all.add(participant);
        effects.add(new Effect.Prepare(participant));
      }
    }
    return new Step(new State.Preparing(all, Set.of(), Set.of(), Set.of()), effects);
  }

  private boolean isDecider(int participant) {
    return decider.isPresent() && decider.getAsInt() == participant;
  }

  /** The next step; a pair that the table does not list is a defect. */
  public Step on(State state, Event event) {
    return switch (state) {
      case State.Preparing preparing -> whilePreparing(preparing, event);
      case State.Deciding deciding -> whileDeciding(deciding, event);
      case State.Committing committing -> whileCommitting(committing, event);
      case State.RollingBack rollingBack -> whileRollingBack(rollingBack, event);
      case State.Committed committed -> throw illegal(committed, event);
      case State.RolledBack rolledBack -> throw illegal(rolledBack, event);
    };
  }

  private Step whilePreparing(State.Preparing state, Event event) {
    Set<Integer> open = Parts.without(state.open(), event.participant());
    State.Preparing next =
        switch (event) {
          case Event.Prepared(int p) ->
              new State.Preparing(
                  open, Parts.with(state.prepared(), p), state.lost(), state.refused());
          case Event.Lost(int p) ->
              new State.Preparing(
                  open, state.prepared(), Parts.with(state.lost(), p), state.refused());
          case Event.Refused(int p) ->
              new State.Preparing(
                  open, state.prepared(), state.lost(), Parts.with(state.refused(), p));
          case Event.Finished finished -> throw illegal(state, finished);
          case Event.Recovered recovered -> throw illegal(state, recovered);
        };
    if (!open.isEmpty()) {
      return new Step(next, List.of());
    }
    if (!next.lost().isEmpty() || !next.refused().isEmpty()) {
      return decideRollback(next);
    }
    if (decider.isEmpty()) {
      return decideCommit();
    }
    Effect decide = new Effect.Decide(decider.getAsInt());
    return new Step(new State.Deciding(next.prepared()), List.of(decide));
  }

  private Step whileDeciding(State.Deciding state, Event event) {
    return switch (event) {
      case Event.Finished _ -> decideCommit();
      case Event.Refused _ ->
          decideRollback(new State.Preparing(Set.of(), state.prepared(), Set.of(), Set.of()));
      case Event.Lost(int p) -> new Step(state, List.of(new Effect.Ask(p)));
      case Event.Prepared prepared -> throw illegal(state, prepared);
      case Event.Recovered recovered -> throw illegal(state, recovered);
    };
  }

  private Step decideCommit() {
    Set<Integer> first = new HashSet<>();
    for (int participant = 0; participant < participants; participant++) {
      if (!lastWave.contains(participant) && !isDecider(participant)) {
        first.add(participant);
      }
    }
    return first.isEmpty() ? commitWave(lastWave, Set.of()) : commitWave(first, lastWave);
  }

  private static Step commitWave(Set<Integer> wave, Set<Integer> later) {
    List<Effect> effects = new ArrayList<>();
    wave.stream().sorted().forEach(p -> effects.add(new Effect.CommitPrepared(p)));
    return new Step(new State.Committing(wave, Set.of(), later), effects);
  }

  private static Step decideRollback(State.Preparing state) {
    List<Effect> effects = new ArrayList<>();
    state.prepared().stream().sorted().forEach(p -> effects.add(new Effect.RollbackPrepared(p)));
    state.lost().stream().sorted().forEach(p -> effects.add(new Effect.Recover(p, false)));
    State next = rollingBack(state.prepared(), state.lost());
    return new Step(next, effects);
  }

  private static Step whileCommitting(State.Committing state, Event event) {
    Left left = Left.of(state, state.open(), state.recovering(), event);
    List<Effect> effects = recoverIfLost(event, true);
    if (!left.isNothing()) {
      return new Step(new State.Committing(left.open(), left.recovering(), state.later()), effects);
    }
    return state.later().isEmpty()
        ? new Step(new State.Committed(), effects)
        : commitWave(state.later(), Set.of());
  }

  private static Step whileRollingBack(State.RollingBack state, Event event) {
    Left left = Left.of(state, state.open(), state.recovering(), event);
    return new Step(rollingBack(left.open(), left.recovering()), recoverIfLost(event, false));
  }

  private static State rollingBack(Set<Integer> open, Set<Integer> recovering) {
    return open.isEmpty() && recovering.isEmpty()
        ? new State.RolledBack()
        : new State.RollingBack(open, recovering);
  }

  private static List<Effect> recoverIfLost(Event event, boolean commit) {
    return event instanceof Event.Lost(int p) ? List.of(new Effect.Recover(p, commit)) : List.of();
  }

  /** Whose end is still missing in a second phase, after an event. */
  private record Left(Set<Integer> open, Set<Integer> recovering) {
    static Left of(State state, Set<Integer> open, Set<Integer> recovering, Event event) {
      return switch (event) {
        case Event.Finished(int p) -> new Left(Parts.without(open, p), recovering);
        case Event.Lost(int p) -> new Left(Parts.without(open, p), Parts.with(recovering, p));
        case Event.Recovered(int p) -> new Left(open, Parts.without(recovering, p));
        case Event.Prepared prepared -> throw illegal(state, prepared);
        case Event.Refused refused -> throw illegal(state, refused);
      };
    }

    boolean isNothing() {
      return open.isEmpty() && recovering.isEmpty();
    }
  }

  private static IllegalStateException illegal(State state, Event event) {
    return new IllegalStateException(event + " in " + state);
  }
}
