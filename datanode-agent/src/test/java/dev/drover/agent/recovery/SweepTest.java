package dev.drover.agent.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.NodeSchema;
import dev.drover.agent.postgres.StopMode;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every point at which a coordinator can die in a two-phase commit, on real servers. */
class SweepTest {
  private static final Participant METADATA = new Participant(0, true);
  private static final Participant CATALOG = new Participant(0, false);
  private static final Participant ONE = new Participant(1, false);
  private static final Participant TWO = new Participant(2, false);

  private static RecoveryCluster cluster;
  private static int coordinators;

  private final CoordinatorLife life = new CoordinatorLife(++coordinators, 7);
  private final GlobalTransaction transaction =
      RecoveryCluster.transaction(life, coordinators * 100L, METADATA, CATALOG, ONE, TWO);
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
  void diedBeforeAllWerePreparedIsRolledBack() throws SQLException {
    cluster.prepare(transaction, METADATA, ONE);
    liveness.end(life);
    sweep.run();
    assertThat(cluster.prepared(transaction)).isZero();
    assertThat(cluster.rows(transaction)).isZero();
    assertThat(cluster.records(transaction)).as("tombstones").isEqualTo(2);
  }

  @Test
  void diedAfterAllWerePreparedIsCommitted() throws SQLException {
    cluster.prepare(transaction, METADATA, CATALOG, ONE, TWO);
    liveness.end(life);
    sweep.run();
    assertThat(cluster.prepared(transaction)).isZero();
    assertThat(cluster.rows(transaction)).isEqualTo(4);
  }

  @Test
  void aPrimaryFollowsInTheSameSweep() throws SQLException {
    Participant primary = new Participant(1, false, true);
    GlobalTransaction replicated =
        RecoveryCluster.transaction(life, coordinators * 100L + 1, primary, TWO);
    cluster.prepare(replicated, primary, TWO);
    liveness.end(life);
    sweep.run();
    assertThat(cluster.prepared(replicated)).isZero();
    assertThat(cluster.rows(replicated)).isEqualTo(2);
  }

  @Test
  void diedBetweenTwoCommitsIsCommitted() throws SQLException {
    cluster.prepare(transaction, METADATA, CATALOG, ONE, TWO);
    cluster.commit(transaction, METADATA);
    liveness.end(life);
    sweep.run();
    assertThat(cluster.prepared(transaction)).isZero();
    assertThat(cluster.rows(transaction)).isEqualTo(4);
  }

  @Test
  void diedBetweenTwoRollbacksIsRolledBack() throws SQLException {
    cluster.prepare(transaction, METADATA, CATALOG, ONE, TWO);
    cluster.at(2, "ROLLBACK PREPARED '%s'".formatted(transaction.gid(TWO)));
    liveness.end(life);
    sweep.run();
    assertThat(cluster.prepared(transaction)).isZero();
    assertThat(cluster.rows(transaction)).isZero();
  }

  @Test
  void aLivingCoordinatorIsLeftAlone() throws SQLException {
    cluster.prepare(transaction, METADATA, CATALOG, ONE, TWO);
    sweep.run();
    assertThat(cluster.prepared(transaction)).isEqualTo(4);
    liveness.end(life);
    sweep.run();
    assertThat(cluster.prepared(transaction)).isZero();
  }

  @Test
  void nobodyIsTakenForDeadBeforeTheGtmHasSettled() throws SQLException {
    cluster.prepare(transaction, ONE);
    liveness.end(life);
    liveness.settle(false);
    sweep.run();
    assertThat(cluster.prepared(transaction)).isEqualTo(1);
    liveness.settle(true);
    sweep.run();
    assertThat(cluster.prepared(transaction)).isZero();
  }

  @Test
  void aServerThatIsDownIsWaitedForWhenItAloneMayKnow() throws SQLException {
    cluster.prepare(transaction, METADATA, CATALOG, ONE, TWO);
    liveness.end(life);
    cluster.node(2).stop(StopMode.KILL);
    sweep.run();
    assertThat(cluster.prepared(transaction)).as("on the two others").isEqualTo(3);
    assertThat(liveness.reported()).isEmpty();
    restartNodeTwo();
    sweep.run();
    assertThat(cluster.prepared(transaction)).isZero();
    assertThat(cluster.rows(transaction)).isEqualTo(4);
    assertThat(liveness.reported()).containsExactly(life);
  }

  @Test
  void aServerThatIsDownIsNotWaitedForWhenTheOutcomeIsKnown() throws SQLException {
    cluster.prepare(transaction, METADATA, CATALOG, ONE, TWO);
    cluster.commit(transaction, ONE);
    liveness.end(life);
    cluster.node(2).stop(StopMode.KILL);
    sweep.run();
    assertThat(cluster.prepared(transaction)).isZero();
    assertThat(cluster.rows(transaction)).isEqualTo(3);
    restartNodeTwo();
    sweep.run();
    assertThat(cluster.rows(transaction)).isEqualTo(4);
  }

  @Test
  void aBackendThatIsStillAtWorkIsEvictedFirstAndCannotPrepareAfterwards() throws SQLException {
    cluster.prepare(transaction, METADATA, CATALOG, ONE);
    try (Connection zombie = cluster.node(2).connect()) {
      RecoveryCluster.run(zombie, "SELECT drover.hello(%d, %d)".formatted(life.id(), life.epoch()));
      RecoveryCluster.run(zombie, "BEGIN");
      RecoveryCluster.run(
          zombie,
          "INSERT INTO drover.mark VALUES (%d, '%s')"
              .formatted(transaction.gxid(), RecoveryCluster.NONCE));
      liveness.end(life);
      sweep.run();
      String prepare = "PREPARE TRANSACTION '%s'".formatted(transaction.gid(TWO));
      assertThatThrownBy(() -> RecoveryCluster.run(zombie, prepare))
          .isInstanceOf(SQLException.class);
    }
    assertThat(cluster.prepared(transaction)).isZero();
    assertThat(cluster.rows(transaction)).isZero();
    String hello = "SELECT drover.hello(%d, %d)".formatted(life.id(), life.epoch());
    for (int node = 0; node < RecoveryCluster.NODES; node++) {
      int at = node;
      assertThatThrownBy(() -> cluster.at(at, hello)).hasMessageContaining("is shut out");
    }
  }

  /** Nobody registered this backend; the row that it holds makes the tombstone wait. */
  @Test
  void anUnfinishedCommitRecordIsWaitedForAndLookedAtAgain() throws SQLException {
    cluster.prepare(transaction, METADATA, CATALOG, ONE);
    try (Connection late = cluster.write(transaction, TWO)) {
      liveness.end(life);
      sweep.run();
      assertThat(cluster.prepared(transaction)).isEqualTo(3);
      RecoveryCluster.run(late, "PREPARE TRANSACTION '%s'".formatted(transaction.gid(TWO)));
    }
    sweep.run();
    assertThat(cluster.prepared(transaction)).isZero();
    assertThat(cluster.rows(transaction)).isEqualTo(4);
  }

  @Test
  void aForgedCommitRecordCommitsNothing() throws SQLException {
    cluster.prepare(transaction, METADATA, CATALOG, ONE);
    cluster.at(
        2, "INSERT INTO drover.mark VALUES (%d, 'another nonce')".formatted(transaction.gxid()));
    liveness.end(life);
    sweep.run();
    assertThat(cluster.prepared(transaction)).isZero();
    assertThat(cluster.rows(transaction)).isZero();
  }

  @Test
  void theMetadataConnectionsRecordSpeaksForItselfOnly() throws SQLException {
    cluster.prepare(transaction, METADATA, ONE, TWO);
    cluster.at(
        0,
        "INSERT INTO drover.mark_metadata VALUES (%d, 'another nonce')"
            .formatted(transaction.gxid() + 1));
    liveness.end(life);
    sweep.run();
    assertThat(cluster.rows(transaction)).as("the client's part on node 0 is absent").isZero();
    assertThat(cluster.prepared(transaction)).isZero();
  }

  @Test
  void aLaterLifeOfTheSameCoordinatorIsNotShutOut() throws SQLException {
    CoordinatorLife next = new CoordinatorLife(life.id(), life.epoch() + 1);
    GlobalTransaction living = RecoveryCluster.transaction(next, transaction.gxid() + 1, ONE, TWO);
    cluster.prepare(transaction, ONE, TWO);
    cluster.prepare(living, ONE, TWO);
    liveness.begin(next);
    liveness.end(life);
    sweep.run();
    assertThat(cluster.prepared(transaction)).isZero();
    assertThat(cluster.prepared(living)).isEqualTo(2);
    cluster.at(1, "SELECT drover.hello(%d, %d)".formatted(next.id(), next.epoch()));
    cluster.commit(living, ONE);
    cluster.commit(living, TWO);
  }

  @Test
  void commitRecordsGoWhenNothingIsPreparedAnyMoreAndNotBefore() throws SQLException {
    cluster.prepare(transaction, METADATA, CATALOG, ONE, TWO);
    cluster.commit(transaction, ONE);
    sweep.run();
    assertThat(cluster.records(transaction)).as("others are prepared").isEqualTo(1);
    cluster.commit(transaction, METADATA);
    cluster.commit(transaction, CATALOG);
    cluster.commit(transaction, TWO);
    sweep.run();
    assertThat(cluster.records(transaction)).isZero();
    assertThat(cluster.rows(transaction)).isEqualTo(4);
  }

  /** One sweep deletes so many that it is not held up, and the next ones go on. */
  @Test
  void commitRecordsGoInBatches() throws SQLException {
    long first = 1_000_000L * transaction.gxid();
    GlobalTransaction[] some = new GlobalTransaction[3];
    for (int i = 0; i < some.length; i++) {
      some[i] = RecoveryCluster.transaction(life, first + 10_000L * i, ONE);
    }
    cluster.at(
        1,
        "INSERT INTO drover.gx (gxid) SELECT g FROM generate_series(%d, %d) g"
            .formatted(first, first + 25_000 - 1));
    for (int sweeps = 0; sweeps <= some.length; sweeps++) {
      for (int i = 0; i < some.length; i++) {
        assertThat(cluster.records(some[i])).as("batch %d", i).isEqualTo(i < sweeps ? 0 : 1);
      }
      sweep.run();
    }
  }

  @Test
  void commitRecordsStayWhileAServerIsDown() throws SQLException {
    cluster.prepare(transaction, METADATA, CATALOG, ONE, TWO);
    cluster.commit(transaction, ONE);
    cluster.node(2).stop(StopMode.KILL);
    liveness.end(life);
    sweep.run();
    sweep.run();
    assertThat(cluster.records(transaction)).isEqualTo(3);
    restartNodeTwo();
    sweep.run();
    sweep.run();
    assertThat(cluster.rows(transaction)).isEqualTo(4);
    assertThat(cluster.records(transaction)).isZero();
  }

  private static void restartNodeTwo() throws SQLException {
    cluster.node(2).start();
    try (Connection connection = cluster.node(2).connect()) {
      NodeSchema.install(connection);
    }
  }
}
