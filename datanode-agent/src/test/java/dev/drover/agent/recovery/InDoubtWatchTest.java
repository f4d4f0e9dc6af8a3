package dev.drover.agent.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.NodeSchema;
import dev.drover.agent.postgres.StopMode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators see of transactions in doubt, and what they can do about a lost server. */
class InDoubtWatchTest {
  private static final Participant METADATA = new Participant(0, true);
  private static final Participant ONE = new Participant(1, false);
  private static final Participant TWO = new Participant(2, false);
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static RecoveryCluster cluster;
  private static int coordinators;

  private final CoordinatorLife life = new CoordinatorLife(++coordinators, 7);
  private final GlobalTransaction transaction =
      RecoveryCluster.transaction(life, coordinators * 100L, METADATA, ONE, TWO);
  private final FakeLiveness liveness = new FakeLiveness();
  private NodeSessions sessions;
  private Sweep sweep;

  @BeforeAll
  static void open() throws SQLException {
    cluster = new RecoveryCluster();
  }

  @AfterAll
  static void close() {
    cluster.close();
  }

  @BeforeEach
  void connect() {
    sessions = NodeSessions.of(cluster.catalog(), cluster::datanodes, cluster.secret());
    sessions.refresh();
    sweep = new Sweep(sessions, liveness, SweepClock.SYSTEM);
    liveness.begin(life);
  }

  @AfterEach
  void disconnect() {
    sessions.close();
  }

  @Test
  void whatIsInDoubtIsShownPartByPartUntilItHasEnded() throws SQLException {
    cluster.prepare(transaction, METADATA, ONE);
    sweepUntilShown();
    assertThat(shown("part || ' ' || state"))
        .containsExactly("0m prepared", "1 prepared", "2 absent");
    assertThat(shown("DISTINCT gid || ' ' || coordinator_lives || ' ' || waits"))
        .containsExactly(transaction.gid() + " true false");
    assertThat(shown("DISTINCT (clock_timestamp() - since BETWEEN '1 s' AND '1 min')::text"))
        .containsExactly("true");
    assertRefused("commit", "has a coordinator that lives");
    liveness.end(life);
    sweep.run();
    assertThat(shown("part")).isEmpty();
    assertRefused("commit", "is in doubt");
  }

  @Test
  void aGtmThatIsAwayHidesNothing() throws SQLException {
    cluster.prepare(transaction, METADATA, ONE, TWO);
    liveness.settle(false);
    sweepUntilShown();
    assertRefused("rollback", "has a coordinator that lives");
    liveness.settle(true);
    liveness.end(life);
    sweep.run();
    assertThat(cluster.rows(transaction)).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anOperatorDecidesWhenTheOneThatMayKnowIsLost(boolean isCommit) throws SQLException {
    cluster.prepare(transaction, METADATA, ONE, TWO);
    liveness.end(life);
    cluster.node(2).stop(StopMode.KILL);
    sweepUntilShown();
    sweep.run();
    assertThat(shown("part || ' ' || state || ' ' || waits"))
        .containsExactly("0m prepared true", "1 prepared true", "2 unknown true");
    assertRefused("perhaps", "neither");
    cluster.at(0, resolve(isCommit ? "commit" : "rollback"));
    assertRefused("commit", "decided already");
    sweep.run();
    assertThat(cluster.prepared(transaction)).isZero();
    assertThat(cluster.rows(transaction)).isEqualTo(isCommit ? 2 : 0);
    cluster.node(2).start();
    try (Connection connection = cluster.node(2).connect()) {
      NodeSchema.install(connection);
    }
    sweep.run();
    assertThat(cluster.prepared(transaction)).as("the lost server came back").isZero();
    assertThat(cluster.rows(transaction)).isEqualTo(isCommit ? 3 : 0);
    sweep.run();
    assertThat(texts("SELECT gxid::text FROM drover.resolution")).isEmpty();
  }

  @Test
  void onlySuperusersDecide() throws SQLException {
    cluster.at(0, "CREATE ROLE nobody");
    try (Connection connection = cluster.node(0).connect()) {
      RecoveryCluster.run(connection, "SET ROLE nobody");
      assertThatThrownBy(() -> RecoveryCluster.run(connection, resolve("commit")))
          .hasMessageContaining("permission denied");
    }
  }

  @Test
  void operatorsAreWarnedAfterTenSecondsAndThenOnceAMinute() {
    InDoubtWatch watch = new InDoubtWatch(sessions);
    List<Integer> warned = new ArrayList<>();
    for (int second = 0; second < 150; second++) {
      if (watch.isWarnedOf(new InDoubt(transaction, Duration.ofSeconds(second), true, Map.of()))) {
        warned.add(second);
      }
    }
    assertThat(warned).containsExactly(10, 70, 130);
  }

  private String resolve(String outcome) {
    return "SELECT drover.resolve('%s', '%s')".formatted(transaction.gid(), outcome);
  }

  private void assertRefused(String outcome, String message) {
    assertThatThrownBy(() -> cluster.at(0, resolve(outcome))).hasMessageContaining(message);
  }

  private void sweepUntilShown() throws SQLException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    do {
      assertThat(System.nanoTime()).as("shown in time").isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      sweep.run();
    } while (shown("part").isEmpty());
  }

  private static List<String> shown(String column) throws SQLException {
    return texts("SELECT %s FROM drover.in_doubt_seen ORDER BY 1".formatted(column));
  }

  private static List<String> texts(String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Connection connection = cluster.node(0).connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }
}
