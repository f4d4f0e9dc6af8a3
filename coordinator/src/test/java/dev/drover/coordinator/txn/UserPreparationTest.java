package dev.drover.coordinator.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.coordinator.txn.UserPreparation.Effect;
import dev.drover.coordinator.txn.UserPreparation.Event;
import dev.drover.coordinator.txn.UserPreparation.State;
import dev.drover.coordinator.txn.UserPreparation.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UserPreparationTest {
  private static final int RUNS = 2000;
  private static final int MAX_PARTICIPANTS = 4;

  private UserPreparation machine = new UserPreparation(0);
  private State state = new State.Kept();
  private final List<Effect> effects = new ArrayList<>();

  @Test
  void itIsRecordedWhenAllArePrepared() {
    begin(2);
    assertThat(take()).containsExactly(new Effect.Prepare(0), new Effect.Prepare(1));
    on(new Event.Prepared(1));
    assertThat(take()).isEmpty();
    on(new Event.Prepared(0));
    assertThat(take()).containsExactly(new Effect.WriteRow());
    on(new Event.Recorded());
    assertThat(state).isEqualTo(new State.Kept());
  }

  @Test
  void whatTouchedNothingIsOnlyRecorded() {
    begin(0);
    assertThat(take()).containsExactly(new Effect.WriteRow());
    on(new Event.NotRecorded());
    assertThat(state).isEqualTo(new State.RolledBack());
  }

  @Test
  void oneRefusalRollsBackTheOthersAndNothingIsRecorded() {
    begin(3);
    take();
    on(new Event.Refused(0));
    on(new Event.Lost(1));
    on(new Event.Prepared(2));
    assertThat(take()).containsExactly(new Effect.RollbackPrepared(2), new Effect.Recover(1));
    on(new Event.Lost(2));
    assertThat(take()).containsExactly(new Effect.Recover(2));
    assertThat(state).isEqualTo(new State.RolledBack());
  }

  @Test
  void aNameInUseRollsBackAll() {
    begin(2);
    on(new Event.Prepared(0));
    on(new Event.Prepared(1));
    take();
    on(new Event.NotRecorded());
    assertThat(take())
        .containsExactly(new Effect.RollbackPrepared(0), new Effect.RollbackPrepared(1));
    on(new Event.Finished(0));
    assertThat(state).isEqualTo(new State.RollingBack(Set.of(1)));
    on(new Event.Finished(1));
    assertThat(state).isEqualTo(new State.RolledBack());
  }

  @Test
  void whetherItWasRecordedIsAskedBeforeAnythingElse() {
    begin(1);
    on(new Event.Prepared(0));
    take();
    on(new Event.RecordLost());
    assertThat(take()).containsExactly(new Effect.AskRow());
    on(new Event.Recorded());
    assertThat(state).isEqualTo(new State.Kept());
    assertThat(take()).isEmpty();
  }

  @Test
  void whatNobodyIsWaitingForIsADefect() {
    begin(1);
    assertThatThrownBy(() -> on(new Event.Recorded())).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> on(new Event.Finished(0))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> on(new Event.Prepared(1))).isInstanceOf(IllegalStateException.class);
  }

  /** Whatever the servers answer: kept with every part prepared, or every part is ended. */
  @Test
  void everyRunEndsWholeOrNotAtAll() {
    for (int seed = 0; seed < RUNS; seed++) {
      Random random = new Random(seed);
      int participants = random.nextInt(MAX_PARTICIPANTS + 1);
      Set<Integer> prepared = new HashSet<>();
      begin(participants);
      List<Effect> open = new ArrayList<>(take());
      while (!open.isEmpty()) {
        answer(open.remove(random.nextInt(open.size())), random, prepared);
        open.addAll(take());
      }
      boolean isKept = state.equals(new State.Kept());
      assertThat(isKept || state.equals(new State.RolledBack())).as("seed %d", seed).isTrue();
      assertThat(prepared).as("seed %d", seed).hasSize(isKept ? participants : 0);
    }
  }

  private void answer(Effect effect, Random random, Set<Integer> prepared) {
    switch (effect) {
      case Effect.Prepare(int p) -> {
        int outcome = random.nextInt(6);
        if (outcome > 0) {
          prepared.add(p);
        }
        on(
            switch (outcome) {
              case 0 -> new Event.Refused(p);
              case 1 -> new Event.Lost(p);
              default -> new Event.Prepared(p);
            });
      }
      case Effect.RollbackPrepared(int p) -> {
        if (random.nextBoolean()) {
          on(new Event.Lost(p));
        } else {
          prepared.remove(p);
          on(new Event.Finished(p));
        }
      }
      case Effect.Recover(int p) -> prepared.remove(p);
      case Effect.WriteRow _ ->
          on(
              switch (random.nextInt(3)) {
                case 0 -> new Event.NotRecorded();
                case 1 -> new Event.RecordLost();
                default -> new Event.Recorded();
              });
      case Effect.AskRow _ ->
          on(random.nextBoolean() ? new Event.Recorded() : new Event.NotRecorded());
    }
  }

  private void begin(int participants) {
    machine = new UserPreparation(participants);
    enter(machine.begin());
  }

  private void on(Event event) {
    enter(machine.on(state, event));
  }

  private void enter(Step step) {
    state = step.state();
    effects.addAll(step.effects());
  }

  private List<Effect> take() {
    List<Effect> taken = List.copyOf(effects);
    effects.clear();
    return taken;
  }
}
