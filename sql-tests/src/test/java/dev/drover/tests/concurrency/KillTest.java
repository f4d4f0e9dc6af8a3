package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Datanodes, coordinators and the GTM are killed in turn while tellers work at two coordinators.
 *
 * <p>Afterwards the bank's books must be right, no transaction may still be prepared, and no client
 * may have hung. The cluster is this test's own, every member a process.
 */
@Tag("kill")
@Timeout(300)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no members to kill")
class KillTest {
  private static final int TELLERS = 6;
  private static final int ROUNDS = 3;
  private static final int COORDINATORS = 2;
  private static final Duration RECOVERY = Duration.ofSeconds(30);
  private static final Duration PREPARED_LIFETIME = Duration.ofSeconds(10);

  @Test
  void nothingIsLostWhenMembersAreKilled() throws SQLException {
    try (TemporaryCluster cluster = TemporaryCluster.ofProcesses(COORDINATORS)) {
      Endpoint first = cluster.coordinators().getFirst();
      Bank bank = Bank.create(first);
      AtomicBoolean isOpen = new AtomicBoolean(true);
      CompletableFuture<Outcomes> work =
          CompletableFuture.supplyAsync(
              () -> Bank.work(cluster.coordinators(), TELLERS, isOpen::get),
              Thread::startVirtualThread);
      try {
        for (int round = 0; round < ROUNDS; round++) {
          killEachInTurn(cluster, work);
        }
      } finally {
        isOpen.set(false);
      }
      Outcomes outcomes = work.join();
      await(PREPARED_LIFETIME, () -> preparedCount(cluster) == 0, "no prepared transaction");
      assertThat(outcomes.acknowledged()).isNotEmpty();
      bank.verify(outcomes);
    }
  }

  private static void killEachInTurn(TemporaryCluster cluster, CompletableFuture<?> work) {
    for (String node : cluster.datanodeNames()) {
      cluster.killServer(node);
      awaitProgress(cluster, work, node);
    }
    for (String member : List.of("coordinator", "gtm", "coordinator2", "dn1")) {
      cluster.kill(member);
      awaitProgress(cluster, work, member);
    }
  }

  /** Money moves again through every coordinator and between all nodes. */
  private static void awaitProgress(
      TemporaryCluster cluster, CompletableFuture<?> work, String killed) {
    for (Endpoint coordinator : cluster.coordinators()) {
      long before = awaitLedger(coordinator, killed);
      await(RECOVERY, () -> ledgerSize(coordinator) > before, "progress after killing " + killed);
    }
    assertThat(work).as("tellers at work").isNotCompletedExceptionally();
  }

  private static long awaitLedger(Endpoint coordinator, String killed) {
    await(RECOVERY, () -> ledgerSize(coordinator) >= 0, "answers after killing " + killed);
    return Math.max(0, ledgerSize(coordinator));
  }

  /** Negative while the cluster cannot say. */
  private static long ledgerSize(Endpoint coordinator) {
    return number(coordinator, "SELECT count(*) FROM bank_ledger");
  }

  private static long preparedCount(TemporaryCluster cluster) {
    long count = 0;
    for (Endpoint node : cluster.datanodes()) {
      long prepared = number(node, "SELECT count(*) FROM pg_prepared_xacts");
      count += prepared < 0 ? 1 : prepared;
    }
    return count;
  }

  private static long number(Endpoint endpoint, String sql) {
    try (Connection connection = endpoint.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      return -1;
    }
  }

  /** Polls; each poll is a round trip to a server, which is pause enough. */
  private static void await(Duration limit, BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s within %s", what, limit).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
