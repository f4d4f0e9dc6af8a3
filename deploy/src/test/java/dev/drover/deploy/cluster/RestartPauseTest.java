package dev.drover.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestartPauseTest {
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  @Test
  void whoDiesAtOnceWaitsLongerEachTimeUpToALimit() {
    RestartPause pause = RestartPause.FIRST;
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      pause = pause.after(AT_ONCE);
      millis.add(pause.length().toMillis());
    }
    assertThat(millis).containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L);
  }

  @Test
  void whoHasWorkedForAWhileBeginsAnew() {
    RestartPause pause = RestartPause.FIRST;
    for (int i = 0; i < 8; i++) {
      pause = pause.after(AT_ONCE);
    }
    assertThat(pause.after(Duration.ofMinutes(1)).length()).isEqualTo(Duration.ofMillis(100));
  }
}
