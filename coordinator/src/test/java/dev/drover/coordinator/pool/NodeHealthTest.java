package dev.drover.coordinator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import org.junit.jupiter.api.Test;

class NodeHealthTest {
  private static final long MILLI = 1_000_000;
  private final SqlError down =
      SqlError.of(SqlState.CONNECTION_FAILURE, "could not connect to node \"dn1\"");

  private final NodeHealth health = new NodeHealth();

  @Test
  void aNodeThatFailedIsLeftAloneForALongerTimeEachTime() {
    health.failed(down, 0);
    assertThat(health.refusal(24 * MILLI)).contains(down);
    assertThat(health.refusal(25 * MILLI)).isEmpty();
    health.failed(down, 25 * MILLI);
    assertThat(health.refusal(74 * MILLI)).contains(down);
    assertThat(health.refusal(75 * MILLI)).isEmpty();
  }

  @Test
  void thePauseHasABound() {
    long now = 0;
    for (int i = 0; i < 100; i++) {
      health.failed(down, now);
      now += 400 * MILLI;
      assertThat(health.refusal(now)).isEmpty();
    }
  }

  @Test
  void aConnectionMakesItWellAgain() {
    health.failed(down, 0);
    health.failed(down, 0);
    health.connected();
    assertThat(health.refusal(0)).isEmpty();
    health.failed(down, 0);
    assertThat(health.refusal(25 * MILLI)).isEmpty();
  }

  @Test
  void anErrorOfOneRoleIsNotTheNodes() {
    health.failed(SqlError.of(SqlState.INVALID_PASSWORD, "no"), 0);
    assertThat(health.refusal(0)).isEmpty();
  }
}
