package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import dev.drover.tests.concurrency.Witness.Manner;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same as {@link ConsistentReadsTest}, with 8 readers, while servers, agents, coordinators and
 * the GTM are killed. Takes {@code -Ddrover.consistency.kills=SECONDS} for each level; without, it
 * does not run ({@link KillTest} adds up sums in every build).
 */
@Tag("kill")
@EnabledIfSystemProperty(named = "drover.consistency.kills", matches = "\\d+")
class ConsistentReadsUnderKillsTest {
  private static final Duration LENGTH =
      Duration.ofSeconds(Long.getLong("drover.consistency.kills", 0));
  private static final int WRITERS = 8;
  private static final int READERS = 8;
  private static final Duration RECOVERY = Duration.ofSeconds(60);

  private final Kills kills = new Kills(Long.getLong("drover.test.seed", System.nanoTime()));

  @ParameterizedTest
  @CsvSource({
    "'', 0",
    "BEGIN, 0",
    "BEGIN ISOLATION LEVEL REPEATABLE READ, 2",
    "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY, 2"
  })
  void everyReadIsOfOneMoment(String begin, int rereads, TestReporter reporter)
      throws SQLException {
    try (TemporaryCluster cluster = TemporaryCluster.ofProcesses(2)) {
      List<Endpoint> servers = cluster.coordinators();
      Vault vault = Vault.create(servers.getFirst());
      AtomicBoolean over = new AtomicBoolean();
      BooleanSupplier goesOn = () -> !over.get();
      CompletableFuture<Long> writes =
          CompletableFuture.supplyAsync(
              () -> vault.write(servers, WRITERS, Weather.STORM, goesOn),
              Thread::startVirtualThread);
      Manner manner = new Manner(begin, rereads, Weather.STORM);
      CompletableFuture<Anomalies> reads =
          CompletableFuture.supplyAsync(
              () ->
                  new Witness(vault, Witness.STAYING)
                      .watch(servers, READERS, manner, new Properties(), goesOn),
              Thread::startVirtualThread);
      try {
        killInTurn(cluster);
      } finally {
        over.set(true);
      }
      Anomalies anomalies = reads.join();
      reporter.publishEntry(
          "'%s'".formatted(begin), "%s; %d writes; %s".formatted(anomalies, writes.join(), kills));
      assertThat(anomalies.count()).as("%s, %s", anomalies, kills).isZero();
      assertThat(anomalies.reads()).as("reads").isPositive();
      await(cluster, () -> Inspection.preparedCount(cluster) == 0, "nothing prepared");
      Anomalies after =
          new Witness(vault, Witness.STAYING)
              .watch(servers, 2, new Manner("", 0), new Properties(), once(20));
      assertThat(after.count()).as("when all is quiet: %s", after).isZero();
    }
  }

  /** Goes on for so many turns. */
  private static BooleanSupplier once(int turns) {
    AtomicInteger left = new AtomicInteger(turns);
    return () -> left.getAndDecrement() > 0;
  }

  private void killInTurn(TemporaryCluster cluster) {
    long end = System.nanoTime() + LENGTH.toNanos();
    for (List<String> victims = kills.alone(); System.nanoTime() < end; victims = kills.inPairs()) {
      for (String victim : victims) {
        kills.kill(cluster, victim);
        for (Endpoint coordinator : cluster.coordinators()) {
          await(cluster, () -> answers(coordinator), "an answer");
        }
      }
    }
  }

  /** Polls; a coordinator's answer needs all nodes. */
  private void await(TemporaryCluster cluster, BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + RECOVERY.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "%s not within %s: %s%s"
                .formatted(what, RECOVERY, kills, Situation.of(cluster.servers())));
      }
      Thread.onSpinWait();
    }
  }

  private static boolean answers(Endpoint coordinator) {
    try (Connection connection = coordinator.connect(Weather.STORM.settings(new Properties()));
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE vault SET v = v WHERE false");
      return statement.execute("SELECT count(*) FROM vault");
    } catch (SQLException e) {
      return false;
    }
  }
}
