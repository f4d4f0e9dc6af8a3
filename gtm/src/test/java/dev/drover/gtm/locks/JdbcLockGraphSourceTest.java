package dev.drover.gtm.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.gtm.protocol.Backend;
import dev.drover.gtm.protocol.NodeAddress;
import dev.drover.pgwire.server.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;

/** Sessions of a real server wait for each other. */
@ExtendWith(PostgresServer.Provider.class)
@Timeout(60)
final class JdbcLockGraphSourceTest {
  private static final int MAX_POLLS = 10_000;

  private final PostgresServer server;
  private final NodeAddress node;
  private final JdbcLockGraphSource source =
      new JdbcLockGraphSource(new JdbcLockGraphSource.Credentials("postgres", "", "postgres"));

  JdbcLockGraphSourceTest(PostgresServer server) {
    this.server = server;
    this.node = new NodeAddress("n1", "127.0.0.1", server.port());
  }

  @BeforeEach
  void makeTable() throws SQLException {
    try (Connection connection = connect()) {
      run(connection, "DROP TABLE IF EXISTS gtm_locks");
      run(connection, "CREATE TABLE gtm_locks (id int PRIMARY KEY, v int)");
      run(connection, "INSERT INTO gtm_locks VALUES (1, 0), (2, 0)");
    }
  }

  @AfterEach
  void closeSource() {
    source.close();
  }

  @Test
  void aWaitIsNamedByItsStartAndItsBlocker() throws Exception {
    try (Connection holder = connect();
        Connection waiter = connect()) {
      run(holder, "BEGIN; UPDATE gtm_locks SET v = 1 WHERE id = 1");
      CompletableFuture<Void> update =
          later(waiter, "BEGIN; UPDATE gtm_locks SET v = 2 WHERE id = 1");
      LockWait wait = awaitWait(pid(waiter));
      assertThat(wait.waiting()).isEqualTo(new Backend("n1", pid(waiter)));
      assertThat(wait.blockers()).containsExactly(pid(holder));
      assertThat(ask(pid(waiter), pid(holder))).containsExactly(wait);
      assertThat(ask(pid(holder))).isEmpty();
      run(holder, "ROLLBACK");
      update.get(20, TimeUnit.SECONDS);
      assertThat(ask(pid(waiter))).isEmpty();
    }
  }

  @Test
  void aSecondWaitOfTheSameBackendHasAnotherStart() throws Exception {
    try (Connection holder = connect();
        Connection waiter = connect()) {
      run(holder, "BEGIN; UPDATE gtm_locks SET v = 1 WHERE id = 1");
      CompletableFuture<Void> first =
          later(waiter, "BEGIN; UPDATE gtm_locks SET v = 2 WHERE id = 1");
      LockWait before = awaitWait(pid(waiter));
      run(holder, "COMMIT");
      first.get(20, TimeUnit.SECONDS);
      run(holder, "BEGIN; UPDATE gtm_locks SET v = 1 WHERE id = 2");
      CompletableFuture<Void> second = later(waiter, "UPDATE gtm_locks SET v = 2 WHERE id = 2");
      LockWait after = awaitWait(pid(waiter));
      assertThat(after.waitStartMicros()).isGreaterThan(before.waitStartMicros());
      run(holder, "ROLLBACK");
      second.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void everyoneAheadInAQueueIsABlocker() throws Exception {
    try (Connection holder = connect();
        Connection second = connect();
        Connection third = connect()) {
      run(holder, "BEGIN; LOCK TABLE gtm_locks IN ACCESS SHARE MODE");
      CompletableFuture<Void> exclusive =
          later(second, "BEGIN; LOCK TABLE gtm_locks IN ACCESS EXCLUSIVE MODE");
      awaitWait(pid(second));
      CompletableFuture<Void> read = later(third, "SELECT count(*) FROM gtm_locks");
      assertThat(awaitWait(pid(third)).blockers()).containsExactly(pid(second));
      run(holder, "ROLLBACK");
      exclusive.get(20, TimeUnit.SECONDS);
      run(second, "ROLLBACK");
      read.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aNodeThatDoesNotAnswerIsAFailure() {
    NodeAddress nowhere = new NodeAddress("n9", "127.0.0.1", 1);
    CompletableFuture<List<LockWait>> answer = source.lockWaits(new NodePoll(nowhere, List.of(1)));
    assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SQLException.class);
  }

  private LockWait awaitWait(int pid) throws Exception {
    for (int i = 0; i < MAX_POLLS; i++) {
      List<LockWait> waits = ask(pid);
      if (!waits.isEmpty()) {
        return waits.getFirst();
      }
    }
    throw new AssertionError("backend " + pid + " never waits");
  }

  private List<LockWait> ask(Integer... pids) throws Exception {
    return source.lockWaits(new NodePoll(node, List.of(pids))).get(20, TimeUnit.SECONDS);
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres", "postgres", "");
  }

  private static int pid(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class).getBackendPID();
  }

  private static CompletableFuture<Void> later(Connection connection, String sql) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            run(connection, sql);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
