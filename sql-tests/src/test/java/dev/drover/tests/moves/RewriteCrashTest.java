package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.redistribute.move.MovePhase;
import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import dev.drover.tests.moves.CrashPoints.Point;
import dev.drover.tests.moves.MoveCrashTest.Moment;
import dev.drover.tests.moves.MoveCrashTest.Step;
import dev.drover.tests.moves.MoveCrashTest.Victim;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A member is killed while a table is spread anew: the job must end by itself, with nothing left
 * behind, and nothing lost or doubled of what two clients write meanwhile. Every build has some
 * cases; {@code -Ddrover.crash.all=true} kills each member at each step.
 */
@Tag("kill")
@Timeout(150)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server distributes nothing")
class RewriteCrashTest {
  private static final boolean ALL = Boolean.getBoolean("drover.crash.all");
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration CLEAN = Duration.ofSeconds(30);

  private static TemporaryCluster cluster;
  private static Slots slots;
  private static Ledger ledger;
  private static int rewrites;

  static Stream<Arguments> stepsAndVictims() {
    return ALL
        ? MoveCrashTest.stepsAndVictims()
        : Stream.of(
            Arguments.of(MovePhase.COPY, Moment.COPYING, Victim.COORDINATOR),
            Arguments.of(MovePhase.COPY, Moment.COPYING, Victim.SOURCE),
            Arguments.of(MovePhase.INDEX, Moment.WORKED, Victim.SOURCE),
            Arguments.of(MovePhase.CATCHUP, Moment.WORKED, Victim.COORDINATOR),
            Arguments.of(MovePhase.CUTOVER, Moment.PREPARING, Victim.COORDINATOR),
            Arguments.of(MovePhase.CUTOVER, Moment.PREPARING, Victim.TARGET),
            Arguments.of(MovePhase.DECIDED, Moment.WORKED, Victim.COORDINATOR));
  }

  @BeforeAll
  static void startACluster() throws SQLException {
    cluster = TemporaryCluster.ofProcesses(2);
    slots = new Slots(cluster.coordinators().getFirst(), cluster.servers());
    CrashPoints.install(catalog(), "drover.rewrite");
    ledger = Ledger.open(cluster.coordinators());
    cluster.coordinators().getFirst().run("ALTER TABLE moved.accounts DISTRIBUTE BY REPLICATION");
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

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("stepsAndVictims")
  void aRewriteEndsByItself(MovePhase phase, Moment moment, Victim victim) throws SQLException {
    List<String> nodes = cluster.datanodeNames();
    Crash crash = new Crash(cluster, victim, nodes.getFirst(), nodes.getLast());
    try (CrashPoints points = new CrashPoints(catalog())) {
      crash.happen(points, new Step(phase, moment), RewriteCrashTest::start);
    }
    boolean isCancelled = phase == MovePhase.ROLLING_BACK;
    Patience.await(LIMIT, crash::jobState, isCancelled ? "cancelled" : "done");
    rewrites += isCancelled ? 0 : 1;
    Patience.await(CLEAN, RewriteCrashTest::leftovers, List.of());
    Patience.await(LIMIT, () -> ledger.wrong(cluster.coordinators()), List.of());
  }

  /** The log that its replication slots hold back would fill the disks of the other nodes. */
  @Test
  void anUndoneRewriteDoesNotWaitForANodeThatIsDown() throws SQLException {
    List<String> nodes = cluster.datanodeNames();
    Point point = new Point(MovePhase.CATCHUP, false);
    DoomedJob job = new DoomedJob(cluster, Victim.TARGET, nodes.getLast(), nodes.getFirst());
    try (CrashPoints points = new CrashPoints(catalog())) {
      points.arm(point);
      job.began(start());
      job.cancelWithoutTarget(points, point);
    }
    Patience.await(LIMIT, job::state, "cancelled");
    Patience.await(CLEAN, RewriteCrashTest::leftovers, List.of());
    Patience.await(LIMIT, () -> ledger.wrong(cluster.coordinators()), List.of());
  }

  private static int start() throws SQLException {
    String key = rewrites % 2 == 0 ? "entry" : "account";
    return new Jobs(cluster.coordinators().getFirst())
        .start("ALTER TABLE moved.entries DISTRIBUTE BY HASH (%s) CONCURRENTLY".formatted(key));
  }

  private static List<String> leftovers() throws SQLException {
    List<String> found = new ArrayList<>(slots.leftovers());
    found.addAll(slots.misplaced("moved.entries"));
    found.addAll(slots.misplaced("moved.notes"));
    return found;
  }

  private static Endpoint catalog() {
    return cluster.servers().getFirst();
  }
}
