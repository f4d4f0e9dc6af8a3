package dev.drover.redistribute.move;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MoveLimitsTest {
  @Test
  void aNodeHasSoManyMovesOfEachSort() {
    Move first = move(1, 1, 2);
    assertThat(new MoveLimits(1).allow(move(2, 1, 3), List.of(first))).isFalse();
    assertThat(new MoveLimits(1).allow(move(2, 3, 2), List.of(first))).isFalse();
    assertThat(new MoveLimits(1).allow(move(2, 3, 4), List.of(first))).isTrue();
    assertThat(new MoveLimits(2).allow(move(2, 1, 2), List.of(first))).isTrue();
    assertThat(new MoveLimits(2).allow(move(3, 1, 3), List.of(first, move(2, 1, 2)))).isFalse();
  }

  @Test
  void noNodeGivesAndTakesAtATime() {
    assertThat(new MoveLimits(8).allow(move(2, 2, 3), List.of(move(1, 1, 2)))).isFalse();
    assertThat(new MoveLimits(8).allow(move(2, 3, 1), List.of(move(1, 1, 2)))).isFalse();
  }

  @Test
  void aFirstMoveIsAlwaysAllowed() {
    assertThat(new MoveLimits(1).allow(move(1, 1, 2), List.of())).isTrue();
  }

  private static Move move(int id, int source, int target) {
    return new Move(new MoveId(id), 1, id, source, target);
  }
}
