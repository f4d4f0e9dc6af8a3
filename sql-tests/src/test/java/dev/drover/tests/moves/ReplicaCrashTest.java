package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import dev.drover.tests.moves.MoveCrashTest.Victim;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A member is killed while replicated tables come to a further node: the server they are copied
 * from or to, the coordinator that copies them, an agent. The job must end by itself, with equal
 * copies on all nodes, nothing left behind, and nothing lost or doubled of what two clients write
 * meanwhile. Every build has some cases; {@code -Ddrover.crash.all=true} kills each member at each
 * step.
 */
@Tag("kill")
@Timeout(150)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no nodes")
class ReplicaCrashTest {
  private static final boolean ALL = Boolean.getBoolean("drover.crash.all");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Replication slots keep write-ahead log: nothing may stay for longer. */
  private static final Duration CLEAN = Duration.ofSeconds(30);

  private static final List<String> CONTENTS =
      List.of(
          "SELECT coalesce(string_agg(id || ' ' || n, ',' ORDER BY id), '') FROM moved.accounts",
          "SELECT coalesce(string_agg(account || ' ' || entry, ',' ORDER BY account, entry), '')"
              + " FROM moved.entries");

  private static TemporaryCluster cluster;
  private static Slots slots;
  private static Ledger ledger;

  /** Where the copy of the first table is when a member dies. */
  enum Step {
    /** The table is about to be published; nobody changes it meanwhile. */
    PUBLISHING,
    /** The replication slot waits for a transaction that has written. */
    SLOT,
    COPYING,
    /** The rows are there, and nothing follows yet. */
    COPIED,
    /** The subscription is there, and the first marker is not. */
    FOLLOWING,
    /** All servers of the cutover have prepared, or are about to; nobody knows that they have. */
    CUTOVER,
    /** The cutover is committed, and everything is still there. */
    TIDYING,
    /** The job was cancelled in the midst of the copy; only the publication is left. */
    UNDOING
  }

  static Stream<Arguments> stepsAndVictims() {
    return ALL
        ? Arrays.stream(Step.values())
            .flatMap(step -> Arrays.stream(Victim.values()).map(v -> Arguments.of(step, v)))
        : Stream.of(
            Arguments.of(Step.SLOT, Victim.COORDINATOR),
            Arguments.of(Step.COPYING, Victim.SOURCE),
            Arguments.of(Step.COPIED, Victim.COORDINATOR),
            Arguments.of(Step.FOLLOWING, Victim.TARGET),
            Arguments.of(Step.CUTOVER, Victim.COORDINATOR),
            Arguments.of(Step.UNDOING, Victim.TARGET));
  }

  @BeforeAll
  static void startACluster() throws SQLException {
    cluster = TemporaryCluster.ofProcesses(2);
    slots = new Slots(drover(), cluster.servers());
    Brake.installOnCatalog(cluster.servers().getFirst());
    for (Endpoint node : cluster.datanodes()) {
      Brake.installOnDatanode(node);
    }
    ledger = Ledger.openReplicated(cluster.coordinators());
  }

  @AfterAll
  static void stop() throws SQLException {
    try {
      assertThat(ledger.acknowledged()).isPositive();
    } finally {
      ledger.close();
      cluster.close();
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("stepsAndVictims")
  void aCopyEndsByItself(Step step, Victim victim) throws SQLException {
    drover().run("ALTER CLUSTER REMOVE NODE dn3");
    assertThat(changedLast()).isEqualTo("moved.accounts");
    List<String> nodes = cluster.datanodeNames();
    ReplicaCrash crash = new ReplicaCrash(cluster, victim, nodes.getFirst(), nodes.getLast());
    crash.happen(step, ReplicaCrashTest::start);
    boolean isCancelled = step == Step.UNDOING;
    Patience.await(LIMIT, crash::jobState, isCancelled ? "cancelled" : "done");
    assertThat(changedLast()).isEqualTo(isCancelled ? "moved.accounts" : "moved.entries");
    Patience.await(CLEAN, slots::leftovers, List.of());
    Patience.await(LIMIT, () -> ledger.wrong(cluster.coordinators()), List.of());
    assertThat(wrongCopies(isCancelled)).isEmpty();
  }

  private static int start() throws SQLException {
    return new Jobs(drover()).start("ALTER CLUSTER ADD NODE dn3 CONCURRENTLY");
  }

  /** Entries refer to accounts, so they come later and go earlier. */
  private static String changedLast() throws SQLException {
    return Slots.ask(
        cluster.servers().getFirst(),
        "SELECT relid::regclass FROM drover.distributions ORDER BY distribution_id DESC LIMIT 1");
  }

  /** Asks every server itself, while nobody writes. */
  private static List<String> wrongCopies(boolean isCancelled) throws SQLException {
    List<String> wrong = new ArrayList<>();
    List<Endpoint> nodes = cluster.datanodes();
    try (Connection connection = drover().connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("LOCK TABLE moved.accounts, moved.entries IN EXCLUSIVE MODE");
      for (String contents : CONTENTS) {
        String expected = Slots.ask(nodes.get(0), contents);
        List<String> others =
            List.of(Slots.ask(nodes.get(1), contents), Slots.ask(nodes.get(2), contents));
        if (!others.equals(List.of(expected, isCancelled ? "" : expected))) {
          wrong.add("%s: %s, and on others %s".formatted(contents, expected, others));
        }
      }
    }
    return wrong;
  }

  private static Endpoint drover() {
    return cluster.coordinators().getFirst();
  }
}
