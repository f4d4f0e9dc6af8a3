package dev.drover.coordinator.txn;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A client's PREPARE TRANSACTION over several connections, as a pure state machine.
 *
 * <p>When every part is prepared, a row on the catalog node records that: the row is what makes the
 * transaction one that waits for the client. Who finds parts without a row, and a coordinator that
 * can write none any more, rolls them back.
 *
 * <pre>
 * state         event                      next state     effects
 * ------------  -------------------------  -------------  -------------------------------------
 * (begin)                                  Preparing      Prepare each
 * (begin)       nobody takes part          Recording      WriteRow
 * Preparing     any, others open           Preparing
 * Preparing     Prepared, the last one     Recording      WriteRow
 *               and nobody refused
 * Preparing     the last one, some         RollingBack    RollbackPrepared each prepared one,
 *               Refused or Lost                           Recover each lost one
 * Recording     Recorded                   Kept
 * Recording     NotRecorded                RollingBack    RollbackPrepared each
 * Recording     RecordLost                 Recording      AskRow
 * RollingBack   Finished                   RollingBack
 * RollingBack   Lost                       RollingBack    Recover
 * RollingBack   the last one               RolledBack
 * </pre>
 *
 * <p>A part that is recovered is not waited for: without a row it can only be rolled back.
 *
 * <p>Threads: immutable states; {@link #on} is pure.
 */
final class UserPreparation {
  /** What is waited for. */
  sealed interface State {
    /** PREPARE TRANSACTION is on its way to the open ones. */
    record Preparing(Set<Integer> open, Set<Integer> prepared, Set<Integer> lost, boolean isRefused)
        implements State {
      public Preparing {
        open = Set.copyOf(open);
        prepared = Set.copyOf(prepared);
        lost = Set.copyOf(lost);
      }
    }

    /** All are prepared; the row is on its way. */
    record Recording() implements State {}

    /** It will never be recorded. */
    record RollingBack(Set<Integer> open) implements State {
      public RollingBack {
        open = Set.copyOf(open);
      }
    }

    /** It is prepared until somebody decides. */
    record Kept() implements State {}

    /** Nothing of it will ever be seen. */
    record RolledBack() implements State {}
  }

  /** What the servers answer. */
  sealed interface Event {
    record Prepared(int participant) implements Event {}

    record Refused(int participant) implements Event {}

    record Lost(int participant) implements Event {}

    /** ROLLBACK PREPARED was done. */
    record Finished(int participant) implements Event {}

    record Recorded() implements Event {}

    record NotRecorded() implements Event {}

    record RecordLost() implements Event {}
  }

  /** What the shell does next. */
  sealed interface Effect {
    record Prepare(int participant) implements Effect {}

    record RollbackPrepared(int participant) implements Effect {}

    /** Roll this part back through another connection. */
    record Recover(int participant) implements Effect {}

    /** Write the row. */
    record WriteRow() implements Effect {}

    /** Find out through another connection whether the row was written. */
    record AskRow() implements Effect {}
  }

  /** A state and what to do on entering it. */
  record Step(State state, List<Effect> effects) {
    public Step {
      effects = List.copyOf(effects);
    }
  }

  private final int participants;

  UserPreparation(int participants) {
    this.participants = participants;
  }

  Step begin() {
    if (participants == 0) {
      return new Step(new State.Recording(), List.of(new Effect.WriteRow()));
    }
    Set<Integer> all = new HashSet<>();
    List<Effect> effects = new ArrayList<>();
    for (int participant = 0; participant < participants; participant++) {
      all.add(participant);
      effects.add(new Effect.Prepare(participant));
    }
    return new Step(new State.Preparing(all, Set.of(), Set.of(), false), effects);
  }

  /** The next step; a pair that the table does not list is a defect. */
  Step on(State state, Event event) {
    return switch (state) {
      case State.Preparing preparing -> whilePreparing(preparing, event);
      case State.Recording recording -> whileRecording(recording, event);
      case State.RollingBack rollingBack -> whileRollingBack(rollingBack, event);
      case State.Kept kept -> throw illegal(kept, event);
      case State.RolledBack rolledBack -> throw illegal(rolledBack, event);
    };
  }

  private static Step whilePreparing(State.Preparing state, Event event) {
    State.Preparing next =
        switch (event) {
          case Event.Prepared(int p) ->
              new State.Preparing(
                  Parts.without(state.open(), p),
                  Parts.with(state.prepared(), p),
                  state.lost(),
                  state.isRefused());
          case Event.Lost(int p) ->
              new State.Preparing(
                  Parts.without(state.open(), p),
                  state.prepared(),
                  Parts.with(state.lost(), p),
                  state.isRefused());
          case Event.Refused(int p) ->
              new State.Preparing(
                  Parts.without(state.open(), p), state.prepared(), state.lost(), true);
          case Event.Finished _, Event.Recorded _, Event.NotRecorded _, Event.RecordLost _ ->
              throw illegal(state, event);
        };
    if (!next.open().isEmpty()) {
      return new Step(next, List.of());
    }
    if (!next.isRefused() && next.lost().isEmpty()) {
      return new Step(new State.Recording(), List.of(new Effect.WriteRow()));
    }
    return rollBack(next.prepared(), next.lost());
  }

  private Step whileRecording(State.Recording state, Event event) {
    return switch (event) {
      case Event.Recorded _ -> new Step(new State.Kept(), List.of());
      case Event.NotRecorded _ -> {
        Set<Integer> all = new HashSet<>();
        for (int participant = 0; participant < participants; participant++) {
          all.add(participant);
        }
        yield rollBack(all, Set.of());
      }
      case Event.RecordLost _ -> new Step(state, List.of(new Effect.AskRow()));
      case Event.Prepared _, Event.Refused _, Event.Lost _, Event.Finished _ ->
          throw illegal(state, event);
    };
  }

  private static Step rollBack(Set<Integer> prepared, Set<Integer> lost) {
    List<Effect> effects = new ArrayList<>();
    prepared.stream().sorted().forEach(p -> effects.add(new Effect.RollbackPrepared(p)));
    lost.stream().sorted().forEach(p -> effects.add(new Effect.Recover(p)));
    return new Step(rollingBack(prepared), effects);
  }

  private static Step whileRollingBack(State.RollingBack state, Event event) {
    return switch (event) {
      case Event.Finished(int p) ->
          new Step(rollingBack(Parts.without(state.open(), p)), List.of());
      case Event.Lost(int p) ->
          new Step(rollingBack(Parts.without(state.open(), p)), List.of(new Effect.Recover(p)));
      case Event.Prepared _,
          Event.Refused _,
          Event.Recorded _,
          Event.NotRecorded _,
          Event.RecordLost _ ->
          throw illegal(state, event);
    };
  }

  private static State rollingBack(Set<Integer> open) {
    return open.isEmpty() ? new State.RolledBack() : new State.RollingBack(open);
  }

  private static IllegalStateException illegal(State state, Event event) {
    return new IllegalStateException(event + " in " + state);
  }
}
