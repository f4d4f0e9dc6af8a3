package dev.drover.gtm.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class GatePacingTest {
  private static final long MILLIS = 1_000_000;
  private static final int PACE = 4;

  private final long now = -5_000_000_000L;
  private final GatePacing pacing = new GatePacing(now);

  @Test
  void whoMetNobodyMayCloseAgainAtOnce() {
    pacing.served(new GateUse(6 * MILLIS, 2 * MILLIS, false, false), PACE, now);
    assertThat(pacing.mayClose(now)).isTrue();
  }

  @Test
  void secondPhasesWereShutOutAllTheTimeAndCommitsDuringTheHoldOnly() {
    pacing.served(new GateUse(6 * MILLIS, 2 * MILLIS, true, false), PACE, now);
    assertThat(pacing.mayCloseAt()).isEqualTo(now + 24 * MILLIS);
    assertThat(pacing.mayClose(now + 24 * MILLIS - 1)).isFalse();
    long later = pacing.mayCloseAt();
    pacing.served(new GateUse(20 * MILLIS, 2 * MILLIS, true, true), PACE, later);
    assertThat(pacing.mayCloseAt()).isEqualTo(later + 80 * MILLIS);
  }

  @Test
  void singleNodeCommitsLoseATwentiethAtMost() {
    pacing.served(new GateUse(6 * MILLIS, MILLIS / 2, false, true), PACE, now);
    assertThat(pacing.mayCloseAt()).isEqualTo(now + 10 * MILLIS);
  }

  @Test
  void readersWaitForTwentyMillisecondsAtMostOnTheirAccount() {
    pacing.served(new GateUse(9 * MILLIS, 9 * MILLIS, false, true), PACE, now);
    assertThat(pacing.mayCloseAt()).isEqualTo(now + 20 * MILLIS);
    long later = pacing.mayCloseAt();
    pacing.served(new GateUse(9 * MILLIS, 9 * MILLIS, true, true), PACE, later);
    assertThat(pacing.mayCloseAt()).isEqualTo(later + 36 * MILLIS);
  }

  @Test
  void whoComesSeldomNeedNotWaitForWhoCameJustBefore() {
    GateUse use = new GateUse(MILLIS, MILLIS / 2, true, true);
    long later = now + 1000 * MILLIS;
    pacing.served(use, PACE, later);
    assertThat(pacing.mayClose(later)).isTrue();
    pacing.served(use, PACE, later + MILLIS);
    assertThat(pacing.mayClose(later + MILLIS)).isTrue();
    pacing.served(use, PACE, later + 2 * MILLIS);
    assertThat(pacing.mayCloseAt()).isEqualTo(later + 12 * MILLIS);
  }

  @Test
  void whenMostClosingsRunOutOfTimeTheNextOnesMayTakeLonger() {
    GateUse use = new GateUse(50 * MILLIS, 0, false, false);
    int[] afterFailures = {0, 0, 1, 2, 3, 4, 4};
    for (int doublings : afterFailures) {
      pacing.late(use, PACE, now);
      assertThat(pacing.doublings()).isEqualTo(doublings);
    }
    int[] afterSuccesses = {3, 2, 1, 0, 0};
    for (int doublings : afterSuccesses) {
      pacing.served(use, PACE, now);
      assertThat(pacing.doublings()).isEqualTo(doublings);
    }
  }

  @Test
  void failuresDoubleTheWaitUpToASecond() {
    GateUse use = new GateUse(50 * MILLIS, 0, false, false);
    long[] waits = {200, 400, 800, 1000, 1000};
    for (long wait : waits) {
      pacing.failed(use, PACE, now);
      assertThat(pacing.mayCloseAt()).isEqualTo(now + wait * MILLIS);
    }
    pacing.served(use, PACE, now);
    pacing.failed(use, PACE, now);
    assertThat(pacing.mayCloseAt()).isEqualTo(now + 200 * MILLIS);
  }
}
