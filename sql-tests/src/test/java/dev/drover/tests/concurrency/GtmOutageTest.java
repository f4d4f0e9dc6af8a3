package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * A GTM that is silent for longer than a lease, and then ends the coordinator's epoch.
 *
 * <p>While it is silent, transactions go on with the ids in store; a change of the schema gets an
 * error. When it is back it takes the coordinator for dead: agents shut the old epoch out, what was
 * open fails with a clear error, and the client's next transaction works on the same connection.
 */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no GTM")
@Tag("alone")
class GtmOutageTest {
  private static final Duration OUTAGE = Duration.ofSeconds(6);
  private static final Duration SCHEMA_LIMIT = Duration.ofSeconds(15);
  private static final Duration RECOVERY = Duration.ofSeconds(15);
  private static final int ROWS = 30;

  private int transfers;

  @Test
  void theCoordinatorWorksOnAndIsBornAgain() throws SQLException {
    try (TemporaryCluster cluster = TemporaryCluster.ofProcesses(1);
        Connection client = connect(cluster);
        Connection open = connect(cluster)) {
      execute(client, "CREATE TABLE spread (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
      execute(
          client, "INSERT INTO spread SELECT g, 0 FROM generate_series(1, %d) g".formatted(ROWS));
      execute(open, "BEGIN");
      execute(open, "UPDATE spread SET v = v + 100");
      cluster.suspend("gtm");
      try {
        workThrough(cluster, client);
      } finally {
        cluster.resume("gtm");
      }
      await(() -> epoch(cluster) > 1);
      assertThatThrownBy(() -> finish(open))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isIn("08006", "57P01", "40001"));
      execute(open, "ROLLBACK");
      await(() -> attempt(open) && attempt(client));
      assertThat(number(client, "SELECT sum(abs(v)) FROM spread")).isEqualTo(2L * transfers);
      await(() -> prepared(cluster) == 0);
    }
  }

  private void workThrough(TemporaryCluster cluster, Connection client) throws SQLException {
    long started = System.nanoTime();
    CompletableFuture<Duration> schema =
        CompletableFuture.supplyAsync(() -> refusedChange(cluster), Thread::startVirtualThread);
    while (System.nanoTime() - started < OUTAGE.toNanos()) {
      assertThat(attempt(client)).as("a transfer while the GTM is silent").isTrue();
    }
    assertThat(schema.join()).isLessThan(SCHEMA_LIMIT);
  }

  private static Duration refusedChange(TemporaryCluster cluster) {
    long started = System.nanoTime();
    try (Connection connection = connect(cluster)) {
      assertThatThrownBy(() -> execute(connection, "CREATE TABLE never (id int)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57P03"));
      return Duration.ofNanos(System.nanoTime() - started);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static void finish(Connection open) throws SQLException {
    execute(open, "UPDATE spread SET v = v - 100");
    execute(open, "COMMIT");
  }

  /** One off, one on, mostly on two nodes; rows that the open transaction does not hold. */
  private boolean attempt(Connection client) {
    try {
      execute(client, "BEGIN");
      execute(client, "INSERT INTO spread VALUES (%d, -1)".formatted(1000 + 2 * transfers));
      execute(client, "INSERT INTO spread VALUES (%d, 1)".formatted(1001 + 2 * transfers));
      execute(client, "COMMIT");
      transfers++;
      return true;
    } catch (SQLException e) {
      tryRollback(client);
      return false;
    }
  }

  private static void tryRollback(Connection client) {
    try {
      execute(client, "ROLLBACK");
    } catch (SQLException e) {
      throw new AssertionError("the session did not go on", e);
    }
  }

  private static long epoch(TemporaryCluster cluster) throws SQLException {
    try (Connection connection = cluster.datanodes().getFirst().connect()) {
      return number(connection, "SELECT max(min_epoch) FROM drover.fence");
    }
  }

  private static long prepared(TemporaryCluster cluster) throws SQLException {
    long count = 0;
    for (Endpoint node : cluster.datanodes()) {
      try (Connection connection = node.connect()) {
        count += number(connection, "SELECT count(*) FROM pg_prepared_xact()");
      }
    }
    return count;
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Connection connect(TemporaryCluster cluster) {
    try {
      return cluster.coordinators().getFirst().connect(Teller.settings());
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** What may fail for a while. */
  private interface Condition {
    boolean holds() throws SQLException;
  }

  /** Polls; each poll is a round trip to a server, which is pause enough. */
  private static void await(Condition condition) throws SQLException {
    long deadline = System.nanoTime() + RECOVERY.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("recovery in time").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
