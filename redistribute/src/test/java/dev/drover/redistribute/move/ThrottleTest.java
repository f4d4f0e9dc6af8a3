package dev.drover.redistribute.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ThrottleTest {
  private static final int LEAST_RENEWALS = 3;

  @Test
  void whoIsTooFastWaits() throws SQLException {
    Throttle throttle = new Throttle(() -> 1_000_000, () -> {});
    long began = System.nanoTime();
    for (int i = 0; i < 6; i++) {
      throttle.passed(100_000);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(350));
  }

  @Test
  void aNewRateHelpsWhoWaitsAlready() throws SQLException {
    AtomicLong rate = new AtomicLong(1);
    AtomicInteger renewals = new AtomicInteger();
    Throttle throttle =
        new Throttle(
            rate::get,
            () -> {
              if (renewals.incrementAndGet() == LEAST_RENEWALS) {
                rate.set(0);
              }
            });
    throttle.passed(1_000_000);
    assertThat(renewals).hasValue(LEAST_RENEWALS);
  }

  @Test
  void whoWaitsHearsThatNothingIsWantedAnyMore() {
    Throttle throttle =
        new Throttle(
            () -> 1,
            () -> {
              throw new SQLException("cancelled");
            });
    assertThatThrownBy(() -> throttle.passed(1_000_000)).hasMessage("cancelled");
  }

  @Test
  void withoutARateNobodyWaits() throws SQLException {
    AtomicInteger renewals = new AtomicInteger();
    Throttle throttle = new Throttle(() -> 0, renewals::incrementAndGet);
    throttle.passed(Integer.MAX_VALUE);
    throttle.passed(Integer.MAX_VALUE);
    assertThat(renewals).hasValue(0);
  }
}
