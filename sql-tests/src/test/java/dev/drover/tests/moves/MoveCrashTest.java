package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.redistribute.move.MovePhase;
import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import dev.drover.tests.moves.CrashPoints.Point;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
 * A member is killed at each step of a move: a server that the slot comes from or goes to, the
 * coordinator that carries the move out, an agent. The move must end by itself, with its slot on
 * one node, nothing left behind, and nothing lost or doubled of what two clients write meanwhile,
 * in tables with and without keys.
 *
 * <p>The steps are those of {@link MovePhase}: one that is added has its cases at once, and has to
 * be reached. Every build kills two members at each step in turns, and each at the prepared
 * cutover; {@code -Ddrover.crash.all=true} kills each at each. A step is met when its work is done
 * and nobody has written that down, so that all of it is met again.
 */
@Tag("kill")
@Timeout(150)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no slots")
class MoveCrashTest {
  private static final boolean ALL = Boolean.getBoolean("drover.crash.all");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Replication slots keep write-ahead log: nothing may stay for longer. */
  private static final Duration CLEAN = Duration.ofSeconds(30);

  private static TemporaryCluster cluster;
  private static Slots slots;
  private static Ledger ledger;
  private static int group;
  private static int moves;

  /** Where in a step the move is stopped. */
  enum Moment {
    /** In the midst of the copy, which waits for its throttle. */
    COPYING,
    /** All servers of the cutover have prepared, or are about to; nobody knows that they have. */
    PREPARING,
    WORKED
  }

  /** What dies. */
  enum Victim {
    COORDINATOR,
    SOURCE,
    TARGET,
    AGENT
  }

  static Stream<Arguments> stepsAndVictims() {
    return Arrays.stream(MovePhase.values())
        .flatMap(phase -> moments(phase).stream().map(moment -> new Step(phase, moment)))
        .flatMap(
            step ->
                victims(step).stream()
                    .map(victim -> Arguments.of(step.phase(), step.moment(), victim)));
  }

  private static List<Victim> victims(Step step) {
    if (ALL || step.moment() == Moment.PREPARING) {
      return List.of(Victim.values());
    }
    return List.of(MovePhase.values()).indexOf(step.phase()) % 2 == 0
        ? List.of(Victim.COORDINATOR, Victim.TARGET)
        : List.of(Victim.SOURCE, Victim.AGENT);
  }

  private static List<Moment> moments(MovePhase phase) {
    return switch (phase) {
      case COPY -> List.of(Moment.COPYING, Moment.WORKED);
      case CUTOVER -> List.of(Moment.WORKED, Moment.PREPARING);
      case PLANNED, SLOT, INDEX, CATCHUP, DECIDED, RESTARTING, ROLLING_BACK ->
          List.of(Moment.WORKED);
      case DONE, FAILED -> List.of();
    };
  }

  @BeforeAll
  static void startACluster() throws SQLException {
    cluster = TemporaryCluster.ofProcesses(2);
    slots = new Slots(cluster.coordinators().getFirst(), cluster.servers());
    CrashPoints.install(catalog(), "drover.move");
    ledger = Ledger.open(cluster.coordinators());
    group = slots.group("moved.accounts");
  }

  @AfterAll
  static void whatWasGivenAwayGoesToo() throws SQLException {
    try {
      catalog().run("UPDATE drover.move SET finished = finished - interval '1 day'");
      Patience.await(CLEAN, slots::trash, List.of());
      assertThat(ledger.acknowledged()).isPositive();
    } finally {
      ledger.close();
      cluster.close();
    }
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("stepsAndVictims")
  void aMoveEndsByItself(MovePhase phase, Moment moment, Victim victim) throws SQLException {
    List<String> nodes = cluster.datanodeNames();
    String source = nodes.get(moves % nodes.size());
    String target = nodes.get(++moves % nodes.size());
    int slot = slots.someOf(group, source);
    ledger.favour(accountsOf(source, slot));
    Crash crash = new Crash(cluster, victim, source, target);
    try (CrashPoints points = new CrashPoints(catalog())) {
      crash.happen(points, new Step(phase, moment), () -> slots.start(group, slot, target));
    }
    boolean isCancelled = phase == MovePhase.ROLLING_BACK;
    Patience.await(LIMIT, crash::jobState, isCancelled ? "cancelled" : "done");
    assertThat(slots.owner(group, slot)).isEqualTo(isCancelled ? source : target);
    Patience.await(CLEAN, MoveCrashTest::leftovers, List.of());
    Patience.await(LIMIT, () -> ledger.wrong(cluster.coordinators()), List.of());
  }

  /** The log that a replication slot holds back would fill the source's disk. */
  @Test
  void theSourceOfAnUndoneMoveDoesNotWaitForItsTarget() throws SQLException {
    List<String> nodes = cluster.datanodeNames();
    String source = nodes.getFirst();
    String target = nodes.getLast();
    Point point = new Point(MovePhase.CATCHUP, false);
    DoomedJob job = new DoomedJob(cluster, Victim.TARGET, source, target);
    int slot = slots.someOf(group, source);
    ledger.favour(accountsOf(source, slot));
    try (CrashPoints points = new CrashPoints(catalog())) {
      points.arm(point);
      job.began(slots.start(group, slot, target));
      job.cancelWithoutTarget(points, point);
    }
    Patience.await(LIMIT, job::state, "cancelled");
    assertThat(slots.owner(group, slot)).isEqualTo(source);
    Patience.await(CLEAN, MoveCrashTest::leftovers, List.of());
    Patience.await(LIMIT, () -> ledger.wrong(cluster.coordinators()), List.of());
  }

  private static List<Integer> accountsOf(String node, int slot) throws SQLException {
    return Slots.column(
            slots.node(node),
            """
            SELECT id FROM moved.accounts WHERE tableoid::regclass::text LIKE '"drover$%d".%%'
            """
                .formatted(slot))
        .stream()
        .map(Integer::parseInt)
        .toList();
  }

  /** A phase and where in it. */
  record Step(MovePhase phase, Moment moment) {
    Point point() {
      return new Point(phase, moment == Moment.PREPARING);
    }
  }

  private static List<String> leftovers() throws SQLException {
    List<String> found = new ArrayList<>(slots.leftovers());
    found.addAll(slots.misplaced("moved.accounts"));
    found.addAll(slots.misplaced("moved.entries"));
    found.addAll(slots.misplaced("moved.notes"));
    return found;
  }

  private static Endpoint catalog() {
    return cluster.servers().getFirst();
  }
}
