package dev.drover.redistribute.move;

import java.util.Optional;

/**
 * The states of a move, as a pure function. Each phase has work that can be done again from its
 * start, whatever of it was done before.
 *
 * <pre>
 * phase         Finished      TakenUp       Broken        Outdated      Refused, Cancelled
 * ------------  ------------  ------------  ------------  ------------  ------------------
 * PLANNED       SLOT          PLANNED       PLANNED       -             ROLLING_BACK
 * SLOT          COPY          SLOT          RESTARTING *  RESTARTING *  ROLLING_BACK
 * COPY          INDEX         SLOT          RESTARTING *  RESTARTING *  ROLLING_BACK
 * INDEX         CATCHUP       INDEX         RESTARTING *  RESTARTING *  ROLLING_BACK
 * CATCHUP       CUTOVER       CATCHUP       CATCHUP       RESTARTING *  ROLLING_BACK
 * CUTOVER       DECIDED       CUTOVER       CATCHUP       RESTARTING *  ROLLING_BACK
 * DECIDED       DONE          DECIDED       DECIDED       -             DECIDED
 * RESTARTING    PLANNED       RESTARTING    RESTARTING    -             ROLLING_BACK
 * ROLLING_BACK  FAILED        ROLLING_BACK  ROLLING_BACK  -             ROLLING_BACK
 * </pre>
 *
 * <p>* ROLLING_BACK when it has begun anew {@value #MAX_RESTARTS} times already.
 *
 * <p>TakenUp is what a runner says that takes up the move of another one: the snapshot of a copy
 * has died with the connection that exported it, so that phase goes back by one. In CUTOVER the
 * record itself says whether the transaction has committed, since the transaction writes DECIDED.
 *
 * <p>Invariant: no work of DECIDED or after can change who owns the slot.
 *
 * <p>Threads: stateless.
 */
public final class MoveMachine {
  static final int MAX_RESTARTS = 5;

  private MoveMachine() {}

  /**
   * Where a move stands.
   *
   * @param restarts how often it has begun anew
   */
  public record State(MovePhase phase, int restarts) {}

  /** What has become of the work of a phase. */
  public sealed interface Event {
    /** It is done. */
    record Finished() implements Event {}

    /** Somebody else had begun it, nobody knows how far. */
    record TakenUp() implements Event {}

    /** A server or a connection has failed, which may pass. */
    record Broken() implements Event {}

    /** The tables are not what they were when the move began. */
    record Outdated() implements Event {}

    /** It cannot be done. */
    record Refused() implements Event {}

    /** It is not wanted any more. */
    record Cancelled() implements Event {}
  }

  /** The next state; a pair that the table does not list is a defect. */
  public static State on(State state, Event event) {
    return switch (event) {
      case Event.Finished _ -> new State(finished(state.phase()), state.restarts());
      case Event.TakenUp _ -> new State(takenUp(state.phase()), state.restarts());
      case Event.Broken _ -> broken(state);
      case Event.Outdated _ -> outdated(state);
      case Event.Refused _, Event.Cancelled _ ->
          new State(
              ended(state.phase()).orElseThrow(() -> illegal(state, event)), state.restarts());
    };
  }

  private static MovePhase finished(MovePhase phase) {
    return switch (phase) {
      case PLANNED -> MovePhase.SLOT;
      case SLOT -> MovePhase.COPY;
      case COPY -> MovePhase.INDEX;
      case INDEX -> MovePhase.CATCHUP;
      case CATCHUP -> MovePhase.CUTOVER;
      case CUTOVER -> MovePhase.DECIDED;
      case DECIDED -> MovePhase.DONE;
      case RESTARTING -> MovePhase.PLANNED;
      case ROLLING_BACK -> MovePhase.FAILED;
      case DONE, FAILED -> throw new IllegalStateException("work in " + phase);
    };
  }

  private static MovePhase takenUp(MovePhase phase) {
    return phase == MovePhase.COPY ? MovePhase.SLOT : phase;
  }

  private static State broken(State state) {
    return switch (state.phase()) {
      case SLOT, COPY, INDEX -> again(state);
      case CUTOVER -> new State(MovePhase.CATCHUP, state.restarts());
      case PLANNED, CATCHUP, DECIDED, RESTARTING, ROLLING_BACK -> state;
      case DONE, FAILED -> throw illegal(state, new Event.Broken());
    };
  }

  private static State outdated(State state) {
    return switch (state.phase()) {
      case SLOT, COPY, INDEX, CATCHUP, CUTOVER -> again(state);
      case PLANNED, DECIDED, RESTARTING, ROLLING_BACK, DONE, FAILED ->
          throw illegal(state, new Event.Outdated());
    };
  }

  private static State again(State state) {
    return state.restarts() < MAX_RESTARTS
        ? new State(MovePhase.RESTARTING, state.restarts() + 1)
        : new State(MovePhase.ROLLING_BACK, state.restarts());
  }

  private static Optional<MovePhase> ended(MovePhase phase) {
    return switch (phase) {
      case PLANNED, SLOT, COPY, INDEX, CATCHUP, CUTOVER, RESTARTING, ROLLING_BACK ->
          Optional.of(MovePhase.ROLLING_BACK);
      case DECIDED -> Optional.of(MovePhase.DECIDED);
      case DONE, FAILED -> Optional.empty();
    };
  }

  private static IllegalStateException illegal(State state, Event event) {
    return new IllegalStateException(event + " in " + state);
  }
}
