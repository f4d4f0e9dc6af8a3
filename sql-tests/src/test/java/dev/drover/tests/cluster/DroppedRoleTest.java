package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Servers keep no connections of roles that are there no more. */
@ExtendWith(EndpointsExtension.class)
class DroppedRoleTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Endpoints endpoints;
  private final Sql sql;

  DroppedRoleTest(Endpoints endpoints) {
    this.endpoints = endpoints;
    this.sql = new Sql(endpoints.drover());
  }

  @AfterEach
  void drop() {
    sql.run("DROP TABLE IF EXISTS left_behind");
    sql.run("DROP ROLE IF EXISTS dropped_role");
  }

  @Test
  void everyCoordinatorClosesThem() {
    assumeThat(endpoints.datanodes()).isNotEmpty();
    sql.run("CREATE TABLE left_behind (id int) DISTRIBUTE BY HASH (id)");
    sql.run("CREATE ROLE dropped_role LOGIN");
    sql.run("GRANT SELECT ON left_behind TO dropped_role");
    String role = sql.value("SELECT oid FROM pg_roles WHERE rolname = 'dropped_role'");
    for (Endpoint coordinator : List.of(endpoints.drover(), endpoints.secondCoordinator())) {
      new Sql(coordinator.as(new Endpoint.Login("dropped_role", "", "postgres")))
          .run("SELECT count(*) FROM left_behind");
    }
    assertThat(connections("usesysid = " + role)).isPositive();
    sql.run("DROP TABLE left_behind");
    sql.run("DROP ROLE dropped_role");
    Instant limit = Instant.now().plus(LIMIT);
    while (connections("usesysid = " + role) > 0 && Instant.now().isBefore(limit)) {
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    assertThat(connections("usesysid = " + role)).isZero();
  }

  /** On the catalog node, where every session has been. */
  private long connections(String condition) {
    return Long.parseLong(sql.value("SELECT count(*) FROM pg_stat_activity WHERE " + condition));
  }
}
