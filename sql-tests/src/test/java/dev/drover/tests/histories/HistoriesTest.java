package dev.drover.tests.histories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.histories.HistoryCheck.Level;
import dev.drover.tests.histories.Observed.Outcome;
import dev.drover.tests.histories.Recording.Cast;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Clients at two coordinators work on lists that lie on several nodes; what they saw could have
 * happened at the level that they asked for, in an order in which everybody follows those who had
 * ended before. At lower levels the same clients see what that level allows, so the check can fail.
 *
 * <p>{@code -Ddrover.histories.seconds}, {@code -Ddrover.histories.clients} and {@code
 * -Ddrover.test.seed} are for longer runs.
 */
@ExtendWith(EndpointsExtension.class)
class HistoriesTest {
  private static final Duration LENGTH =
      Duration.ofSeconds(Long.getLong("drover.histories.seconds", 3));
  private static final int CLIENTS = Integer.getInteger("drover.histories.clients", 6);
  private static final int READERS = 2;
  private static final int MOST_ROUNDS = 10;
  private static final Recording NOTHING = new Recording(List.of());

  private final long seed = Long.getLong("drover.test.seed", System.nanoTime());
  private final List<Endpoint> coordinators;
  private Lists lists;

  HistoriesTest(Endpoints endpoints) {
    coordinators = List.of(endpoints.drover(), endpoints.secondCoordinator());
  }

  @BeforeEach
  void createLists() throws SQLException {
    lists = Lists.create(coordinators.getFirst());
  }

  @AfterEach
  void dropLists() throws SQLException {
    lists.drop(coordinators.getFirst());
  }

  @Test
  void serializableTransactionsAreInOneOrder(TestReporter reporter) throws SQLException {
    Recording recording = record(NOTHING, "BEGIN ISOLATION LEVEL SERIALIZABLE", reporter);
    assertThat(problems(Level.SERIALIZABLE, recording)).as("seed %d", seed).isEmpty();
    assertThat(recording.count(Outcome.COMMITTED)).isGreaterThan(CLIENTS);
  }

  @Test
  void repeatableReadSeesSnapshotsAndAllowsWriteSkew(TestReporter reporter) throws SQLException {
    Recording recording =
        untilProblems(Level.SERIALIZABLE, "BEGIN ISOLATION LEVEL REPEATABLE READ", reporter);
    assertThat(problems(Level.SNAPSHOT, recording)).as("seed %d", seed).isEmpty();
  }

  @Test
  void readCommittedDoesNotKeepASnapshot(TestReporter reporter) throws SQLException {
    untilProblems(Level.SNAPSHOT, "BEGIN ISOLATION LEVEL READ COMMITTED", reporter);
  }

  /** Each node's own snapshots are not one of all nodes, and the check finds that out. */
  @Test
  void withoutGlobalSnapshotsNobodySeesOne(TestReporter reporter) throws SQLException {
    untilProblems(
        Level.SNAPSHOT,
        "SET drover.global_snapshot = off; BEGIN ISOLATION LEVEL REPEATABLE READ",
        reporter);
  }

  /** A busy machine may need more than one round. */
  private Recording untilProblems(Level level, String begin, TestReporter reporter)
      throws SQLException {
    Recording recording = record(NOTHING, begin, reporter);
    for (int round = 1; problems(level, recording).isEmpty(); round++) {
      assertThat(round).as("rounds without any problem, seed %d", seed).isLessThan(MOST_ROUNDS);
      recording = record(recording, begin, reporter);
    }
    return recording;
  }

  private Recording record(Recording before, String begin, TestReporter reporter)
      throws SQLException {
    long end = System.nanoTime() + LENGTH.toNanos();
    Cast cast = new Cast(begin, CLIENTS, READERS, seed + before.transactions().size());
    List<Observed> seen = new ArrayList<>(before.transactions());
    seen.addAll(Recording.work(lists, coordinators, cast, () -> System.nanoTime() < end));
    Recording recording = new Recording(seen).with(ListClient.last(lists, coordinators.getFirst()));
    reporter.publishEntry(begin, recording.summary());
    return recording;
  }

  private static List<String> problems(Level level, Recording recording) {
    return new HistoryCheck(recording.transactions()).problems(level);
  }
}
