package dev.drover.coordinator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServerStatementsTest {
  private static final int MORE_THAN_ARE_REMEMBERED = 300;

  private final ServerStatements statements = new ServerStatements();

  @Test
  void aStatementComesAgainFromTheSecondTimeOn() {
    assertThat(statements.comesAgain(7)).isFalse();
    assertThat(statements.comesAgain(7)).isTrue();
    statements.add(7);
    assertThat(statements.comesAgain(7)).isTrue();
    assertThat(statements.comesAgain(8)).isFalse();
  }

  @Test
  void whatWasSeenLongAgoIsForgotten() {
    for (long key = 1; key <= MORE_THAN_ARE_REMEMBERED; key++) {
      assertThat(statements.comesAgain(key)).isFalse();
    }
    assertThat(statements.comesAgain(1)).isFalse();
    assertThat(statements.comesAgain(MORE_THAN_ARE_REMEMBERED)).isTrue();
  }
}
