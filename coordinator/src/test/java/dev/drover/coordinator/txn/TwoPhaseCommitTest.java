package dev.drover.coordinator.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.coordinator.txn.TwoPhaseCommit.Effect;
import dev.drover.coordinator.txn.TwoPhaseCommit.Event;
import dev.drover.coordinator.txn.TwoPhaseCommit.State;
import dev.drover.coordinator.txn.TwoPhaseCommit.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TwoPhaseCommitTest {
  private static final int RUNS = 2000;
  private static final int MAX_PARTICIPANTS = 4;

  @Test
  void allPreparedMeansCommitEach() {
    Run run = new Run(2, Set.of());
    assertThat(run.take()).containsExactly(new Effect.Prepare(0), new Effect.Prepare(1));
    run.on(new Event.Prepared(1));
    run.on(new Event.Prepared(0));
    assertThat(run.take())
        .containsExactly(new Effect.CommitPrepared(0), new Effect.CommitPrepared(1));
    run.on(new Event.Finished(0));
    run.on(new Event.Finished(1));
    assertThat(run.state).isEqualTo(new State.Committed());
  }

  @Test
  void oneRefusalRollsBackTheOthers() {
    Run run = new Run(3, Set.of());
    run.take();
    run.on(new Event.Refused(0));
    run.on(new Event.Prepared(1));
    run.on(new Event.Lost(2));
    assertThat(run.take())
        .containsExactly(new Effect.RollbackPrepared(1), new Effect.Recover(2, false));
    run.on(new Event.Finished(1));
    assertThat(run.state).isEqualTo(new State.RollingBack(Set.of(), Set.of(2)));
    run.on(new Event.Recovered(2));
    assertThat(run.state).isEqualTo(new State.RolledBack());
  }

  /** Else a later writer would find the primary's row free and the replica's row missing. */
  @Test
  void thePrimaryWaitsForAReplicaThatHasToBeRecovered() {
    Run run = new Run(3, Set.of(1));
    run.take();
    for (int participant = 0; participant < 3; participant++) {
      run.on(new Event.Prepared(participant));
    }
    assertThat(run.take())
        .containsExactly(new Effect.CommitPrepared(0), new Effect.CommitPrepared(2));
    run.on(new Event.Lost(2));
    run.on(new Event.Finished(0));
    assertThat(run.take()).containsExactly(new Effect.Recover(2, true));
    run.on(new Event.Recovered(2));
    assertThat(run.take()).containsExactly(new Effect.CommitPrepared(1));
    run.on(new Event.Finished(1));
    assertThat(run.state).isEqualTo(new State.Committed());
  }

  @Test
  void whatTheTableDoesNotListIsADefect() {
    Run run = new Run(2, Set.of());
    assertThatThrownBy(() -> run.on(new Event.Finished(0)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whateverHappensAllPartsEndAlike() {
    Random random = new Random(1);
    for (int i = 0; i < RUNS; i++) {
      int participants = 2 + random.nextInt(MAX_PARTICIPANTS - 1);
      Set<Integer> last =
          new HashSet<>(random.nextBoolean() ? Set.of(random.nextInt(participants)) : Set.of());
      OptionalInt decider =
          random.nextInt(3) == 0
              ? OptionalInt.of(random.nextInt(participants))
              : OptionalInt.empty();
      decider.ifPresent(last::remove);
      new Run(participants, last, decider).toTheEnd(random);
    }
  }

  /** Answers every effect by some event that the servers could answer it by. */
  private static final class Run {
    private final TwoPhaseCommit machine;
    private final int participants;
    private final int preparable;
    private final List<Effect> todo;
    private final Set<Integer> prepared = new HashSet<>();
    private final Set<Integer> committed = new HashSet<>();
    private State state;

    Run(int participants, Set<Integer> last) {
      this(participants, last, OptionalInt.empty());
    }

    Run(int participants, Set<Integer> last, OptionalInt decider) {
      this.participants = participants;
      this.preparable = decider.isPresent() ? participants - 1 : participants;
      this.machine = new TwoPhaseCommit(participants, last, decider);
      Step first = machine.begin();
      this.state = first.state();
      this.todo = new ArrayList<>(first.effects());
    }

    List<Effect> take() {
      List<Effect> taken = List.copyOf(todo);
      todo.clear();
      return taken;
    }

    void on(Event event) {
      Step step = machine.on(state, event);
      state = step.state();
      todo.addAll(step.effects());
    }

    void toTheEnd(Random random) {
      while (!todo.isEmpty()) {
        on(answer(todo.remove(random.nextInt(todo.size())), random));
      }
      switch (state) {
        case State.Committed _ -> assertThat(committed).hasSize(participants);
        case State.RolledBack _ -> assertThat(committed).isEmpty();
        default -> throw new AssertionError("it ends in " + state);
      }
    }

    private Event answer(Effect effect, Random random) {
      int p = effect.participant();
      boolean isLost = random.nextInt(4) == 0;
      return switch (effect) {
        case Effect.Prepare _ -> preparation(p, isLost, random);
        case Effect.CommitPrepared _ -> {
          assertThat(prepared).as("prepared before any commit").hasSize(preparable);
          yield isLost ? new Event.Lost(p) : finished(p, true);
        }
        case Effect.RollbackPrepared _ -> isLost ? new Event.Lost(p) : finished(p, false);
        case Effect.Decide _ -> isLost ? new Event.Lost(p) : decision(p, random);
        case Effect.Ask _ -> decision(p, random);
        case Effect.Recover(int _, boolean commit) -> {
          var _ = finished(p, commit);
          yield new Event.Recovered(p);
        }
      };
    }

    private Event preparation(int p, boolean isLost, Random random) {
      if (isLost) {
        return new Event.Lost(p);
      }
      if (random.nextInt(6) == 0) {
        return new Event.Refused(p);
      }
      prepared.add(p);
      return new Event.Prepared(p);
    }

    private Event decision(int p, Random random) {
      assertThat(prepared).as("prepared before the decision").hasSize(preparable);
      return random.nextInt(4) == 0 ? new Event.Refused(p) : finished(p, true);
    }

    private Event finished(int p, boolean commit) {
      if (commit) {
        committed.add(p);
      }
      return new Event.Finished(p);
    }
  }
}
