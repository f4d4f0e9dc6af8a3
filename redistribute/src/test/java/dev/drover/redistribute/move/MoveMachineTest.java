package dev.drover.redistribute.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.redistribute.move.MoveMachine.Event;
import dev.drover.redistribute.move.MoveMachine.State;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MoveMachineTest {
  private static final int MAX_STEPS = 1000;

  /**
   * What a move has made, and who owns the slot: changed only as the work of a phase changes it.
   */
  private static final class World {
    boolean publication;
    boolean slot;
    boolean snapshot;
    boolean copy;
    boolean complete;
    boolean built;
    boolean subscription;
    boolean targetOwns;

    /** The work of a phase, or its beginning only. */
    void work(MovePhase phase, boolean whole) {
      switch (phase) {
        case PLANNED, DONE, FAILED -> {}
        case SLOT -> {
          clear();
          publication = true;
          slot = whole;
          snapshot = whole;
        }
        case COPY -> {
          assertThat(snapshot).isTrue();
          copy = true;
          complete = whole;
        }
        case INDEX -> {
          assertThat(complete).isTrue();
          built |= whole;
        }
        case CATCHUP -> {
          assertThat(built && slot).isTrue();
          subscription |= whole;
        }
        case CUTOVER -> {
          assertThat(subscription).isTrue();
          targetOwns |= whole;
        }
        case DECIDED, RESTARTING, ROLLING_BACK -> {
          subscription = false;
          if (whole) {
            clear();
          }
        }
      }
    }

    private void clear() {
      publication = false;
      slot = false;
      snapshot = false;
      subscription = false;
      if (!targetOwns) {
        copy = false;
        complete = false;
        built = false;
      }
    }

    boolean hasLeftovers() {
      return publication || slot || subscription || (copy && !targetOwns);
    }
  }

  static LongStream seeds() {
    return LongStream.range(0, 500);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whateverHappensTheMoveEndsWithOneOwnerAndNothingLeft(long seed) {
    Random random = new Random(seed);
    World world = new World();
    State state = new State(MovePhase.PLANNED, 0);
    for (int step = 0; !state.phase().isOver() && step < MAX_STEPS; step++) {
      state = step(state, world, random);
    }
    assertThat(state.phase()).isEqualTo(world.targetOwns ? MovePhase.DONE : MovePhase.FAILED);
    assertThat(world.hasLeftovers()).isFalse();
  }

  private static State step(State state, World world, Random random) {
    boolean succeeds = random.nextInt(3) > 0;
    world.work(state.phase(), succeeds);
    if (world.targetOwns && state.phase() == MovePhase.CUTOVER) {
      return new State(MovePhase.DECIDED, state.restarts());
    }
    if (succeeds) {
      return MoveMachine.on(state, new Event.Finished());
    }
    world.snapshot = false;
    Event event =
        switch (random.nextInt(8)) {
          case 0 -> new Event.Cancelled();
          case 1, 2, 3 -> new Event.Broken();
          default -> new Event.TakenUp();
        };
    State next = MoveMachine.on(state, event);
    return event instanceof Event.TakenUp && next.phase() == MovePhase.CATCHUP && !world.slot
        ? MoveMachine.on(next, new Event.Outdated())
        : next;
  }

  @Test
  void aMoveThatBeginsAnewTooOftenIsGivenUp() {
    State state = new State(MovePhase.COPY, 0);
    for (int i = 0; i < MoveMachine.MAX_RESTARTS; i++) {
      state = MoveMachine.on(new State(MovePhase.COPY, state.restarts()), new Event.Broken());
      assertThat(state.phase()).isEqualTo(MovePhase.RESTARTING);
    }
    State last = MoveMachine.on(new State(MovePhase.COPY, state.restarts()), new Event.Broken());
    assertThat(last.phase()).isEqualTo(MovePhase.ROLLING_BACK);
  }

  @ParameterizedTest
  @EnumSource(MovePhase.class)
  void nothingUndoesADecision(MovePhase phase) {
    Set<MovePhase> after = EnumSet.of(MovePhase.DECIDED, MovePhase.DONE);
    State state = new State(phase, 0);
    if (phase.isOver()) {
      assertThatThrownBy(() -> MoveMachine.on(state, new Event.Cancelled()))
          .isInstanceOf(IllegalStateException.class);
    } else if (phase == MovePhase.DECIDED) {
      assertThat(after).contains(MoveMachine.on(state, new Event.Cancelled()).phase());
      assertThat(after).contains(MoveMachine.on(state, new Event.Broken()).phase());
      assertThat(after).contains(MoveMachine.on(state, new Event.TakenUp()).phase());
    } else {
      State next = MoveMachine.on(state, new Event.Cancelled());
      assertThat(next.phase()).isEqualTo(MovePhase.ROLLING_BACK);
    }
  }
}
