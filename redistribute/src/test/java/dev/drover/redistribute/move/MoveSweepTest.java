package dev.drover.redistribute.move;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class MoveSweepTest {
  @Test
  void whereNothingHasMovedNoNodeIsAsked() {
    assertThat(new MoveSweep.Moves(0, Set.of()).mayHaveLeftSomething(0)).isFalse();
  }

  @Test
  void oldMovesAreLookedForOnceByEachCoordinator() {
    assertThat(new MoveSweep.Moves(7, Set.of()).mayHaveLeftSomething(0)).isTrue();
    assertThat(new MoveSweep.Moves(7, Set.of()).mayHaveLeftSomething(7)).isFalse();
  }

  @Test
  void aMoveThatHasJustEndedIsNotForgotten() {
    assertThat(new MoveSweep.Moves(8, Set.of("8")).mayHaveLeftSomething(8)).isTrue();
    assertThat(new MoveSweep.Moves(8, Set.of()).mayHaveLeftSomething(7)).isTrue();
  }
}
