package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.BreakingProxy;
import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * A coordinator falls silent in the middle of a second phase, and nobody starts another in its
 * place: its lease has to run out first.
 */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no nodes")
@Tag("alone")
class RecoveryTimeTest {
  private static final Duration LEASE = Duration.ofSeconds(4);
  private static final Duration RECOVERY = Duration.ofSeconds(5);
  private static final long POLL_NANOS = 10_000_000;
  private static final int ROWS = 30;

  @Test
  void whatItLeftIsShownAndFinishedWithinFiveSecondsOfTheLeasesEnd() throws SQLException {
    try (TemporaryCluster cluster = TemporaryCluster.ofProcesses(2);
        BreakingProxy proxy = cluster.proxyBefore("dn2");
        Connection silent = cluster.coordinators().getFirst().connect();
        Connection other = cluster.coordinators().getLast().connect()) {
      execute(silent, "CREATE TABLE spread (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
      proxy.dieAt("COMMIT PREPARED");
      CompletableFuture<Void> commit =
          CompletableFuture.runAsync(() -> fill(silent), Thread::startVirtualThread);
      await(RECOVERY, proxy::isDown);
      cluster.suspend("coordinator");
      long started = System.nanoTime();
      await(LEASE, () -> !texts(other, "SELECT node FROM drover.in_doubt").isEmpty());
      assertThat(texts(other, "SELECT node || ' ' || state FROM drover.in_doubt ORDER BY 1"))
          .contains("dn2 prepared");
      assertThat(texts(other, "SELECT DISTINCT coordinator_lives FROM drover.in_doubt"))
          .containsExactly("t");
      await(LEASE.plus(RECOVERY), () -> parts(cluster) == 0);
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(LEASE.plus(RECOVERY));
      proxy.comeBack();
      await(RECOVERY, () -> texts(other, "SELECT count(*) FROM spread").equals(List.of("" + ROWS)));
      await(RECOVERY, () -> texts(other, "SELECT node FROM drover.in_doubt").isEmpty());
      cluster.resume("coordinator");
      commit.join();
    }
  }

  /** What it is told depends on how far it had come; the rows are there in any case. */
  private static void fill(Connection connection) {
    String insert = "INSERT INTO spread SELECT g, 0 FROM generate_series(1, %d) g".formatted(ROWS);
    try {
      execute(connection, insert);
    } catch (SQLException e) {
      assertThat(e.getSQLState()).startsWith("08");
    }
  }

  private static long parts(TemporaryCluster cluster) throws SQLException {
    long count = 0;
    for (Endpoint server : cluster.servers()) {
      try (Connection connection = server.connect()) {
        count +=
            Long.parseLong(texts(connection, "SELECT count(*) FROM pg_prepared_xact()").getFirst());
      }
    }
    return count;
  }

  /** Nothing while a node cannot be reached. */
  private static List<String> texts(Connection connection, String sql) {
    List<String> texts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    } catch (SQLException e) {
      assertThat(e.getSQLState()).isIn("08006", "57P03");
      return List.of();
    }
    return texts;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private interface Condition {
    boolean holds() throws SQLException;
  }

  private static void await(Duration limit, Condition condition) throws SQLException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
