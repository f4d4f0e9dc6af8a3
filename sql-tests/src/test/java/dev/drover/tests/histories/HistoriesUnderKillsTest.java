package dev.drover.tests.histories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import dev.drover.tests.concurrency.Kills;
import dev.drover.tests.histories.HistoryCheck.Level;
import dev.drover.tests.histories.Observed.Outcome;
import dev.drover.tests.histories.Recording.Cast;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same as {@link HistoriesTest} while servers, agents, coordinators and the GTM are killed,
 * with more readers. Takes {@code -Ddrover.histories.kills=SECONDS} for each level; without, it
 * does not run.
 */
@Tag("kill")
@EnabledIfSystemProperty(named = "drover.histories.kills", matches = "\\d+")
class HistoriesUnderKillsTest {
  private static final Duration LENGTH =
      Duration.ofSeconds(Long.getLong("drover.histories.kills", 0));
  private static final int WRITERS = 8;
  private static final int READERS = 8;
  private static final Duration RECOVERY = Duration.ofSeconds(30);

  private final long seed = Long.getLong("drover.test.seed", System.nanoTime());
  private final Kills kills = new Kills(seed);

  /** What may be seen at each level. */
  enum Asked {
    SERIALIZABLE("BEGIN ISOLATION LEVEL SERIALIZABLE", Level.SERIALIZABLE),
    REPEATABLE_READ("BEGIN ISOLATION LEVEL REPEATABLE READ", Level.SNAPSHOT);

    private final String begin;
    private final Level level;

    Asked(String begin, Level level) {
      this.begin = begin;
      this.level = level;
    }
  }

  @ParameterizedTest
  @EnumSource(Asked.class)
  void killedMembersLeaveNoCircle(Asked asked, TestReporter reporter) throws SQLException {
    try (TemporaryCluster cluster = TemporaryCluster.ofProcesses(2)) {
      List<Endpoint> coordinators = cluster.coordinators();
      Lists lists = Lists.create(coordinators.getFirst());
      AtomicBoolean isOpen = new AtomicBoolean(true);
      Cast cast = new Cast(asked.begin, WRITERS, READERS, seed);
      CompletableFuture<List<Observed>> work =
          CompletableFuture.supplyAsync(
              () -> Recording.work(lists, coordinators, cast, isOpen::get),
              Thread::startVirtualThread);
      try {
        killInTurn(cluster);
      } finally {
        isOpen.set(false);
      }
      Recording recording =
          new Recording(work.join()).with(ListClient.last(lists, coordinators.getFirst()));
      reporter.publishEntry(asked.begin, recording.summary() + "; " + kills);
      assertThat(new HistoryCheck(recording.transactions()).problems(asked.level))
          .as("%s", kills)
          .isEmpty();
      assertThat(recording.count(Outcome.COMMITTED)).isPositive();
    }
  }

  private void killInTurn(TemporaryCluster cluster) {
    long end = System.nanoTime() + LENGTH.toNanos();
    for (List<String> victims = kills.alone(); System.nanoTime() < end; victims = kills.inPairs()) {
      for (String victim : victims) {
        kills.kill(cluster, victim);
        cluster.coordinators().forEach(this::awaitAnswer);
      }
    }
  }

  /** Polls; a coordinator's answer needs all nodes. */
  private void awaitAnswer(Endpoint coordinator) {
    long deadline = System.nanoTime() + RECOVERY.toNanos();
    while (!answers(coordinator)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no answer within %s: %s".formatted(RECOVERY, kills));
      }
      Thread.onSpinWait();
    }
  }

  private static boolean answers(Endpoint coordinator) {
    try (Connection connection = coordinator.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE lists SET v = v WHERE false");
      return statement.execute("SELECT count(*) FROM lists");
    } catch (SQLException e) {
      return false;
    }
  }
}
