package dev.drover.agent.recovery;

import static dev.drover.agent.recovery.ParticipantState.ABSENT;
import static dev.drover.agent.recovery.ParticipantState.PREPARED;
import static dev.drover.agent.recovery.ParticipantState.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.agent.recovery.UserDecision.Done;
import dev.drover.agent.recovery.UserDecision.Finish;
import dev.drover.agent.recovery.UserDecision.Keep;
import dev.drover.agent.recovery.UserDecision.Wait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Parts on the nodes 1, 2 and 3; that on node 3 commits last. */
class UserDecisionTest {
  private static final CoordinatorLife LIFE = new CoordinatorLife(1, 1);
  private static final boolean COMMIT = true;
  private static final boolean ROLLBACK = false;

  static List<Arguments> table() {
    return List.of(
        row(COMMIT, PREPARED, PREPARED, PREPARED, new Finish(true, List.of(1, 2))),
        row(COMMIT, ABSENT, PREPARED, PREPARED, new Finish(true, List.of(2))),
        row(COMMIT, UNKNOWN, PREPARED, PREPARED, new Finish(true, List.of(2))),
        row(COMMIT, UNKNOWN, ABSENT, PREPARED, new Wait()),
        row(COMMIT, ABSENT, ABSENT, PREPARED, new Finish(true, List.of(3))),
        row(COMMIT, ABSENT, ABSENT, UNKNOWN, new Wait()),
        row(COMMIT, ABSENT, ABSENT, ABSENT, new Done()),
        row(ROLLBACK, PREPARED, PREPARED, PREPARED, new Finish(false, List.of(1, 2, 3))),
        row(ROLLBACK, ABSENT, UNKNOWN, PREPARED, new Finish(false, List.of(3))),
        row(ROLLBACK, ABSENT, UNKNOWN, ABSENT, new Wait()),
        row(ROLLBACK, ABSENT, ABSENT, ABSENT, new Done()));
  }

  @ParameterizedTest
  @MethodSource("table")
  void aDecisionReachesEveryPart(
      UserRecord row, Map<Integer, ParticipantState> parts, UserDecision expected) {
    assertThat(UserDecision.of(row, parts)).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("table")
  void whatIsUndecidedIsKeptWhateverItsPartsAre(
      UserRecord row, Map<Integer, ParticipantState> parts, UserDecision unused) {
    UserRecord undecided =
        new UserRecord(row.transaction(), row.nodes(), row.lastNodes(), Optional.empty());
    assertThat(UserDecision.of(undecided, parts)).as("not " + unused).isEqualTo(new Keep());
  }

  @Test
  void whatHasNoRowIsRolledBackWhereItIsPrepared() {
    assertThat(UserDecision.withoutRow(Map.of(1, PREPARED, 2, UNKNOWN, 3, PREPARED)))
        .isEqualTo(new Finish(false, List.of(1, 3)));
    assertThat(UserDecision.withoutRow(Map.of(1, ABSENT, 2, UNKNOWN))).isEqualTo(new Done());
  }

  @Test
  void namesAreReadAsTheyAreWritten() {
    UserTransaction transaction = new UserTransaction(new CoordinatorLife(3, 14), 159);
    assertThat(transaction.gid()).isEqualTo("gp_3_14_159");
    assertThat(UserTransaction.parse(transaction.gid())).contains(transaction);
    assertThat(UserTransaction.parse("gp_3_14")).isEmpty();
    assertThat(UserTransaction.parse("gx_3_14_159")).isEmpty();
    assertThat(GlobalTransaction.parse(transaction.gid())).as("as other releases do").isEmpty();
  }

  private static Arguments row(
      boolean isCommit,
      ParticipantState one,
      ParticipantState two,
      ParticipantState three,
      UserDecision expected) {
    UserRecord row =
        new UserRecord(
            new UserTransaction(LIFE, 5),
            List.of(1, 2, 3),
            List.of(3),
            Optional.of(new UserRecord.Verdict(isCommit, LIFE)));
    return Arguments.of(row, Map.of(1, one, 2, two, 3, three), expected);
  }
}
