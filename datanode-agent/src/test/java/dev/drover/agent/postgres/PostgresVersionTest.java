package dev.drover.agent.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PostgresVersionTest {
  @Test
  void theNumberIsTakenFromTheProgramsOutput() {
    assertThat(PostgresVersion.parse("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"))
        .isEqualTo(new PostgresVersion(15, "15.20"));
    assertThat(PostgresVersion.parse("postgres (PostgreSQL) 19beta1").major()).isEqualTo(19);
  }

  @Test
  void anOldServerIsRefused() {
    assertThatThrownBy(() -> PostgresVersion.parse("postgres (PostgreSQL) 14.9"))
        .hasMessage("PostgreSQL 14.9 is too old: 15 or newer is needed");
  }
}
