package dev.drover.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class EmbeddedClusterTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void aServerThatWasKilledComesBackWithItsRowsAndNothingIsLeftInTheEnd() throws SQLException {
    PostgresServer server;
    try (EmbeddedCluster cluster = EmbeddedCluster.inside(2, 1)) {
      server = server(cluster, "dn1");
      try (Connection connection = server.connect();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE kept AS SELECT 1 AS one");
      }
      cluster.killServer("dn1");
      await(() -> canRead(server));
      assertThat(cluster.directory().root()).exists();
    }
    assertThat(server.config().home()).doesNotExist();
    assertThat(canRead(server)).isFalse();
  }

  private static PostgresServer server(EmbeddedCluster cluster, String node) {
    ClusterSettings settings = cluster.settings();
    return cluster
        .directory()
        .server(settings.node(node), settings.binaries(), Lifetime.INDEPENDENT);
  }

  private static boolean canRead(PostgresServer server) {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      return statement.execute("SELECT one FROM kept");
    } catch (SQLException e) {
      return false;
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("took longer than " + LIMIT).isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }
}
