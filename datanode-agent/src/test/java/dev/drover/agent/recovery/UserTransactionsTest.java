package dev.drover.agent.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.NodeSchema;
import dev.drover.agent.postgres.StopMode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every point at which a coordinator can die in PREPARE TRANSACTION or what ends it. */
class UserTransactionsTest {
  private static RecoveryCluster cluster;
  private static int coordinators;

  private final CoordinatorLife life = new CoordinatorLife(++coordinators, 7);
  private final CoordinatorLife other = new CoordinatorLife(1000 + coordinators, 3);
  private final UserTransaction transaction = new UserTransaction(life, coordinators * 100L);
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
    liveness.begin(other);
  }

  @AfterEach
  void disconnect() {
    sessions.close();
  }

  @Test
  void diedWhileItPreparedIsRolledBack() throws SQLException {
    prepare(1);
    liveness.end(life);
    sweep.run();
    expect(0, 0, 0);
    assertThat(liveness.reported()).containsExactly(life);
  }

  @Test
  void diedBeforeItWasRecordedIsRolledBack() throws SQLException {
    prepare(0, 1, 2);
    liveness.end(life);
    sweep.run();
    expect(0, 0, 0);
  }

  @Test
  void diedAfterItWasRecordedWaitsForTheClientForEver() throws SQLException {
    prepare(0, 1, 2);
    record();
    liveness.end(life);
    sweep.run();
    sweep.run();
    expect(3, 0, 1);
    assertThat(liveness.reported()).as("nothing is left to do for it").containsExactly(life);
    decide("true", other);
    sweep.run();
    expect(3, 0, 1);
    liveness.end(other);
    sweep.run();
    expect(0, 3, 0);
  }

  @Test
  void aLivingCoordinatorIsLeftAlone() throws SQLException {
    prepare(0, 1);
    sweep.run();
    expect(2, 0, 0);
    prepare(2);
    record();
    decide("false", life);
    sweep.run();
    expect(3, 0, 1);
    liveness.end(life);
    sweep.run();
    expect(0, 0, 0);
  }

  @Test
  void diedBetweenTwoCommitsIsCommitted() throws SQLException {
    prepare(0, 1, 2);
    record();
    decide("true", other);
    cluster.at(1, "COMMIT PREPARED '%s'".formatted(transaction.gid()));
    liveness.end(other);
    sweep.run();
    expect(0, 3, 0);
    assertThat(liveness.reported()).containsExactly(other);
  }

  @Test
  void diedBetweenTwoRollbacksIsRolledBack() throws SQLException {
    prepare(0, 1, 2);
    record();
    decide("false", other);
    cluster.at(1, "ROLLBACK PREPARED '%s'".formatted(transaction.gid()));
    liveness.end(other);
    sweep.run();
    expect(0, 0, 0);
  }

  @Test
  void thePrimaryWaitsForAServerThatIsDown() throws SQLException {
    prepare(0, 1, 2);
    record();
    decide("true", life);
    liveness.end(life);
    cluster.node(2).stop(StopMode.KILL);
    sweep.run();
    assertThat(prepared()).as("the primary's part").isEqualTo(1);
    assertThat(liveness.reported()).isEmpty();
    cluster.node(2).start();
    try (Connection connection = cluster.node(2).connect()) {
      NodeSchema.install(connection);
    }
    sweep.run();
    expect(0, 3, 0);
    assertThat(liveness.reported()).containsExactly(life);
  }

  @Test
  void aDecidedRowWithoutPartsGoesWhoeverLives() throws SQLException {
    record();
    decide("true", life);
    sweep.run();
    expect(0, 0, 0);
  }

  @Test
  void whoIsShutOutRecordsAndDecidesNothing() throws SQLException {
    prepare(0, 1, 2);
    try (Connection zombie = cluster.node(0).connect()) {
      RecoveryCluster.run(zombie, "SELECT drover.hello(%d, %d)".formatted(life.id(), life.epoch()));
      liveness.end(life);
      sweep.run();
      assertThatThrownBy(() -> RecoveryCluster.run(zombie, recordSql()))
          .isInstanceOf(SQLException.class);
    }
    expect(0, 0, 0);
  }

  @Test
  void withoutTheCatalogNodeNothingIsDecided() throws SQLException {
    prepare(1, 2);
    liveness.end(life);
    cluster.node(0).stop(StopMode.KILL);
    sweep.run();
    assertThat(prepared()).isEqualTo(2);
    cluster.node(0).start();
    sweep.run();
    expect(0, 0, 0);
  }

  private void prepare(int... nodes) throws SQLException {
    for (int node : nodes) {
      try (Connection connection = cluster.node(node).connect()) {
        RecoveryCluster.run(connection, "BEGIN");
        RecoveryCluster.run(connection, "INSERT INTO t VALUES (%d)".formatted(transaction.gxid()));
        RecoveryCluster.run(connection, "PREPARE TRANSACTION '%s'".formatted(transaction.gid()));
      }
    }
  }

  private String recordSql() {
    return """
    INSERT INTO drover.prepared (gxid, gid, owner, coordinator, epoch, nodes, last_nodes)
    VALUES (%d, 'a%d', 10, %d, %d, '{0, 1, 2}', '{1}')
    """
        .formatted(transaction.gxid(), transaction.gxid(), life.id(), life.epoch());
  }

  private void record() throws SQLException {
    cluster.at(0, recordSql());
  }

  private void decide(String isCommit, CoordinatorLife decider) throws SQLException {
    cluster.at(
        0,
        "UPDATE drover.prepared SET is_commit = %s, decider = %d, decider_epoch = %d WHERE gxid = %d"
            .formatted(isCommit, decider.id(), decider.epoch(), transaction.gxid()));
  }

  private void expect(int parts, int written, int rows) throws SQLException {
    assertThat(prepared()).as("prepared parts").isEqualTo(parts);
    String by = " WHERE gxid = " + transaction.gxid();
    assertThat(total("SELECT count(*) FROM t" + by)).as("rows written").isEqualTo(written);
    assertThat(total("SELECT count(*) FROM drover.prepared" + by)).as("records").isEqualTo(rows);
  }

  private long prepared() throws SQLException {
    return total(
        "SELECT count(*) FROM pg_prepared_xacts WHERE gid = '%s'".formatted(transaction.gid()));
  }

  private static long total(String count) throws SQLException {
    long total = 0;
    for (int node = 0; node < RecoveryCluster.NODES; node++) {
      if (!cluster.node(node).isRunning()) {
        continue;
      }
      try (Connection connection = cluster.node(node).connect();
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(count)) {
        rows.next();
        total += rows.getLong(1);
      }
    }
    return total;
  }
}
