package dev.drover.agent.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResolverTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Participant ONE = new Participant(1, false);
  private static final Participant TWO = new Participant(2, false);
  private static final CoordinatorLife LIFE = new CoordinatorLife(1, 1);

  private final FakeLiveness liveness = new FakeLiveness();
  private RecoveryCluster cluster;

  @BeforeEach
  void open() throws SQLException {
    cluster = new RecoveryCluster();
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void oneOfSeveralResolversWorksAndAnotherTakesOver() throws SQLException {
    Resolver first = start();
    Resolver second = start();
    GlobalTransaction before = RecoveryCluster.transaction(LIFE, 1, ONE, TWO);
    cluster.prepare(before, ONE, TWO);
    awaitGone(before);
    assertThat(lockHolders()).isEqualTo(1);
    first.close();
    GlobalTransaction between = RecoveryCluster.transaction(LIFE, 2, ONE, TWO);
    cluster.prepare(between, ONE, TWO);
    awaitGone(between);
    second.close();
    try (Resolver third = start()) {
      GlobalTransaction after = RecoveryCluster.transaction(LIFE, 3, ONE, TWO);
      cluster.prepare(after, ONE);
      third.wake();
      awaitGone(after);
      assertThat(cluster.rows(before) + cluster.rows(between)).isEqualTo(4);
      assertThat(cluster.rows(after)).isZero();
    }
  }

  @Test
  void aClientThatTakesTheResolversLockIsEnded() throws SQLException {
    cluster.at(0, "CREATE ROLE client LOGIN PASSWORD '%s'".formatted(cluster.secret().password()));
    try (Connection client = cluster.node(0).connect("postgres", "client")) {
      RecoveryCluster.run(client, "SELECT pg_advisory_lock(%d)".formatted(Sweep.LOCK_KEY));
      GlobalTransaction transaction = RecoveryCluster.transaction(LIFE, 1, ONE, TWO);
      cluster.prepare(transaction, ONE, TWO);
      try (Resolver resolver = start()) {
        resolver.wake();
        awaitGone(transaction);
      }
    }
  }

  private Resolver start() {
    return Resolver.start(cluster.catalog(), cluster::datanodes, cluster.secret(), liveness);
  }

  private void awaitGone(GlobalTransaction transaction) throws SQLException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (cluster.prepared(transaction) > 0) {
      assertThat(System.nanoTime()).as("in doubt for too long").isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private long lockHolders() throws SQLException {
    try (Connection connection = cluster.node(0).connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
