package dev.drover.agent.recovery;

import static dev.drover.agent.recovery.ParticipantState.ABSENT;
import static dev.drover.agent.recovery.ParticipantState.COMMITTED;
import static dev.drover.agent.recovery.ParticipantState.EXCLUDED;
import static dev.drover.agent.recovery.ParticipantState.PREPARED;
import static dev.drover.agent.recovery.ParticipantState.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.agent.recovery.Decision.Commit;
import dev.drover.agent.recovery.Decision.Rollback;
import dev.drover.agent.recovery.Decision.Wait;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DecisionTest {
  private static final Participant A = new Participant(0, true);
  private static final Participant B = new Participant(1, false);
  private static final Participant C = new Participant(2, false);

  static List<Arguments> table() {
    return List.of(
        row(PREPARED, PREPARED, PREPARED, new Commit(List.of(A, B, C))),
        row(COMMITTED, PREPARED, PREPARED, new Commit(List.of(B, C))),
        row(PREPARED, COMMITTED, UNKNOWN, new Commit(List.of(A))),
        row(COMMITTED, COMMITTED, COMMITTED, new Commit(List.of())),
        row(COMMITTED, UNKNOWN, UNKNOWN, new Commit(List.of())),
        row(ABSENT, PREPARED, PREPARED, new Rollback(List.of(A), List.of(B, C))),
        row(ABSENT, PREPARED, ABSENT, new Rollback(List.of(A, C), List.of(B))),
        row(PREPARED, ABSENT, UNKNOWN, new Rollback(List.of(B), List.of(A))),
        row(EXCLUDED, PREPARED, PREPARED, new Rollback(List.of(), List.of(B, C))),
        row(EXCLUDED, ABSENT, PREPARED, new Rollback(List.of(), List.of(C))),
        row(EXCLUDED, UNKNOWN, PREPARED, new Rollback(List.of(), List.of(C))),
        row(PREPARED, PREPARED, UNKNOWN, new Wait()),
        row(UNKNOWN, UNKNOWN, UNKNOWN, new Wait()));
  }

  @ParameterizedTest
  @MethodSource("table")
  void theStatesOfTheParticipantsDecide(
      Map<Participant, ParticipantState> states, Decision expected) {
    assertThat(Decision.of(false, states)).isEqualTo(expected);
  }

  /** Nobody has watched since the coordinator died, and nobody was told of a commit. */
  @Test
  void certifiedTransactionsCommitOnlyIfOnePartHas() {
    assertThat(Decision.of(true, Map.of(B, PREPARED, C, PREPARED)))
        .isEqualTo(new Rollback(List.of(), List.of(B, C)));
    assertThat(Decision.of(true, Map.of(B, PREPARED, C, COMMITTED)))
        .isEqualTo(new Commit(List.of(B)));
    assertThat(Decision.of(true, Map.of(B, PREPARED, C, UNKNOWN))).isEqualTo(new Wait());
  }

  /**
   * Who writes a replicated table next goes to its primary first, and must find all copies done.
   */
  @Test
  void primariesFollowTheirCopies() {
    Participant primary = new Participant(1, false, true);
    assertThat(Decision.of(false, Map.of(primary, PREPARED, C, PREPARED)))
        .isEqualTo(new Commit(List.of(C)));
    assertThat(Decision.of(false, Map.of(primary, PREPARED, C, COMMITTED)))
        .isEqualTo(new Commit(List.of(primary)));
    assertThat(Decision.of(false, Map.of(primary, PREPARED, C, COMMITTED, A, UNKNOWN)))
        .isEqualTo(new Commit(List.of()));
  }

  /**
   * Over all 125 combinations: never both ways, and never a commit that somebody may contradict.
   */
  @Test
  void nothingIsCommittedWithoutProofAndNothingRolledBackThatMayHaveCommitted() {
    for (ParticipantState a : ParticipantState.values()) {
      for (ParticipantState b : ParticipantState.values()) {
        for (ParticipantState c : ParticipantState.values()) {
          check(Map.of(A, a, B, b, C, c));
        }
      }
    }
  }

  private static void check(Map<Participant, ParticipantState> states) {
    boolean isAllPrepared = states.values().stream().allMatch(PREPARED::equals);
    boolean hasCommitted = states.containsValue(COMMITTED);
    switch (Decision.of(false, states)) {
      case Commit(List<Participant> prepared) -> {
        assertThat(hasCommitted || isAllPrepared).isTrue();
        assertThat(prepared).allMatch(p -> states.get(p) == PREPARED);
      }
      case Rollback(List<Participant> absent, List<Participant> prepared) -> {
        assertThat(hasCommitted || isAllPrepared).isFalse();
        assertThat(prepared).allMatch(p -> states.get(p) == PREPARED);
        assertThat(!absent.isEmpty() || states.containsValue(EXCLUDED)).isTrue();
      }
      case Wait() -> {
        assertThat(states).containsValue(UNKNOWN);
        assertThat(states.values()).allMatch(s -> s == UNKNOWN || s == PREPARED);
      }
    }
  }

  private static Arguments row(
      ParticipantState a, ParticipantState b, ParticipantState c, Decision decision) {
    return Arguments.of(Map.of(A, a, B, b, C, c), decision);
  }
}
