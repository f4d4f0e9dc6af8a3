package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Queries whose rows move between nodes, ended in every phase by whatever can end them: afterwards
 * no server has anything left of them.
 */
@Timeout(180)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no nodes")
class MovingRowsTest {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final int ROWS = 3000;
  private static final long PAIRS = ROWS / 100 * ROWS;

  /** A query that stays in one phase until it is told to leave off. */
  enum Phase {
    BOUND_ON_NODES("SELECT count(slowly(v)) FROM lefts"),
    MOVING_FROM_WORKERS(
        "SELECT count(*) FROM lefts l JOIN rights r ON l.v = r.v WHERE slowly(l.id) > 0"),
    LAST_ON_CATALOG_NODE(
        "SELECT count(*) FROM lefts l FULL JOIN rights r ON l.v = r.v + 1 WHERE slowly(l.id) >"
            + " r.id"),
    LAST_ON_NODES("SELECT l.id FROM lefts l JOIN rights r ON l.v = r.v WHERE slowly(l.id) > 0");

    private final String sql;

    Phase(String sql) {
      this.sql = sql;
    }
  }

  private static TemporaryCluster cluster;

  @BeforeAll
  static void start() throws SQLException {
    cluster = TemporaryCluster.inThisProcess(1);
    try (Connection client = connect()) {
      for (String table : List.of("lefts", "rights")) {
        execute(
            client,
            "CREATE TABLE %s (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)".formatted(table));
        execute(
            client,
            "INSERT INTO %s SELECT g, g %% 100 FROM generate_series(1, %d) g"
                .formatted(table, ROWS));
      }
      execute(
          client,
          "CREATE FUNCTION slowly(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS"
              + " 'BEGIN PERFORM pg_sleep(3600); RETURN $1; END'");
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void nothingIsLeft() {
    await(() -> cluster.servers().stream().allMatch(MovingRowsTest::isQuiet));
  }

  /** No temporary relation, and no session that works, or holds a lock on a user's table. */
  private static boolean isQuiet(Endpoint server) {
    String left =
        """
        SELECT (SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relkind = 'r')
             + (SELECT count(*) FROM pg_stat_activity
                WHERE state = 'active' AND backend_type = 'client backend'
                  AND pid <> pg_backend_pid())
             + (SELECT count(*) FROM pg_locks k JOIN pg_class c ON c.oid = k.relation
                WHERE c.relname ~ '^(lefts|rights)')
        """;
    try (Connection connection = server.connect()) {
      return number(connection, left) == 0;
    } catch (SQLException e) {
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCancelEndsIt(Phase phase) throws SQLException {
    try (Connection client = connect();
        Statement statement = client.createStatement()) {
      CompletableFuture<Void> run = begin(statement, phase.sql);
      await(MovingRowsTest::someServerSleeps);
      statement.cancel();
      assertFailsWith(run, "57014");
      assertThat(number(client, "SELECT count(*) FROM lefts")).isEqualTo(ROWS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatGoesEndsIt(Phase phase) throws SQLException {
    Connection client = connect();
    try (Statement statement = client.createStatement()) {
      CompletableFuture<Void> run = begin(statement, phase.sql);
      await(MovingRowsTest::someServerSleeps);
      client.abort(Runnable::run);
      assertThatThrownBy(run::join).isInstanceOf(CompletionException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aKilledBackendEndsIt(Phase phase) throws SQLException {
    try (Connection client = connect();
        Statement statement = client.createStatement()) {
      CompletableFuture<Void> run = begin(statement, phase.sql);
      await(MovingRowsTest::someServerSleeps);
      for (Endpoint server : cluster.servers()) {
        try (Connection connection = server.connect()) {
          execute(
              connection,
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event ="
                  + " 'PgSleep'");
        }
      }
      assertFailsWith(run, "57P01", "08006");
      assertThat(number(client, "SELECT count(*) FROM lefts")).isEqualTo(ROWS);
    }
  }

  @Test
  void aServerThatDiesEndsIt() throws SQLException {
    for (Phase phase : List.of(Phase.MOVING_FROM_WORKERS, Phase.LAST_ON_NODES)) {
      try (Connection client = connect();
          Statement statement = client.createStatement()) {
        CompletableFuture<Void> run = begin(statement, phase.sql);
        await(MovingRowsTest::someServerSleeps);
        cluster.killServer("dn2");
        assertFailsWith(run, "08006", "57P01", "57P02");
        await(() -> number(client, "SELECT count(*) FROM lefts") == ROWS);
      }
      nothingIsLeft();
    }
  }

  @Test
  void oneThatWaitsForALockIsCancelled() throws SQLException {
    try (Connection holder = connect();
        Connection client = connect();
        Statement statement = client.createStatement()) {
      holder.setAutoCommit(false);
      execute(holder, "LOCK TABLE lefts IN ACCESS EXCLUSIVE MODE");
      String join = "SELECT count(*) FROM lefts l JOIN rights r ON l.v = r.v";
      CompletableFuture<Void> run = begin(statement, join);
      await(() -> anyServer("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
      statement.cancel();
      assertFailsWith(run, "57014");
      holder.rollback();
      assertThat(number(client, join)).isEqualTo(PAIRS);
    }
  }

  /** What its other connections wait for, the transaction waits for. */
  @Test
  void aDeadlockWithAWorkerIsBroken() throws SQLException {
    String join = "SELECT count(*) FROM lefts l JOIN rights r ON r.id + 0 = l.id";
    Properties simple = new Properties();
    simple.setProperty("preferQueryMode", "simple");
    try (Connection reader = cluster.coordinators().getFirst().connect(simple);
        Connection locker = connect();
        Statement reading = reader.createStatement();
        Statement locking = locker.createStatement()) {
      execute(locker, "CREATE TABLE thirds (id int PRIMARY KEY) DISTRIBUTE BY HASH (id)");
      execute(reader, "BEGIN");
      assertThat(number(reader, "SELECT count(*) FROM thirds")).isZero();
      execute(locker, "BEGIN");
      execute(locker, "LOCK TABLE lefts IN ACCESS EXCLUSIVE MODE");
      CompletableFuture<Void> read = begin(reading, join);
      await(() -> anyServer("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
      CompletableFuture<Void> lock = begin(locking, "LOCK TABLE thirds IN ACCESS EXCLUSIVE MODE");
      await(() -> read.isCompletedExceptionally() || lock.isCompletedExceptionally());
      assertFailsWith(read.isCompletedExceptionally() ? read : lock, "40P01");
      execute(read.isCompletedExceptionally() ? reader : locker, "ROLLBACK");
      (read.isCompletedExceptionally() ? lock : read).join();
      execute(reader, "ROLLBACK");
      execute(locker, "ROLLBACK");
      execute(locker, "DROP TABLE thirds");
    }
  }

  @Test
  void moreRowsThanMayMoveEndIt() throws SQLException {
    String join = "SELECT count(*) FROM lefts l FULL JOIN rights r ON l.v = r.v + 0";
    try (Connection client = connect()) {
      execute(client, "SET drover.gather_limit = '20kB'");
      assertThatThrownBy(() -> number(client, join))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("53200"))
          .hasMessageContaining("\"drover_x1\"");
      execute(client, "SET drover.gather_limit = '1MB'");
      assertThat(number(client, join)).isEqualTo(PAIRS);
    }
  }

  /** Rows by tens: the nodes wait for the client, and are told when it has seen enough. */
  @Test
  void aClientMayReadAFewRowsAtATime() throws SQLException {
    String join = "SELECT l.id, r.id FROM lefts l JOIN rights r ON l.v = r.v";
    try (Connection client = connect();
        Statement statement = client.createStatement()) {
      client.setAutoCommit(false);
      statement.setFetchSize(10);
      assertThat(readAll(statement, join)).isEqualTo(PAIRS);
      try (ResultSet rows = statement.executeQuery(join + " ORDER BY 1, 2")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isEqualTo(1);
      }
      client.commit();
    }
  }

  private static long readAll(Statement statement, String sql) throws SQLException {
    long seen = 0;
    try (ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        seen++;
      }
    }
    return seen;
  }

  @Test
  void ownWritesAreSeen() throws SQLException {
    String join = "SELECT count(*) FROM lefts l JOIN rights r ON l.v = r.v";
    for (String level : List.of("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE READ ONLY")) {
      try (Connection client = connect()) {
        execute(client, "BEGIN ISOLATION LEVEL " + level);
        assertThat(number(client, join)).as(level).isEqualTo(PAIRS);
        if (!level.endsWith("READ ONLY")) {
          execute(client, "DELETE FROM rights WHERE id <= 100");
          assertThat(number(client, join)).as(level).isEqualTo(PAIRS - ROWS);
        }
        execute(client, "ROLLBACK");
      }
    }
  }

  /** Each needs several connections to every node; there are fewer than all of them want. */
  @Test
  void manyAtOnceEndWellOrAreRefused() {
    String join = "SELECT count(*) FROM lefts l JOIN rights r ON l.v = r.v";
    List<String> ends =
        Crowd.run(
            60,
            _ ->
                () -> {
                  try (Connection client = connect()) {
                    return Long.toString(number(client, join));
                  } catch (SQLException e) {
                    return e.getSQLState();
                  }
                });
    assertThat(ends).isSubsetOf(Long.toString(PAIRS), "53300").contains(Long.toString(PAIRS));
  }

  private static CompletableFuture<Void> begin(Statement statement, String sql) {
    return CompletableFuture.runAsync(() -> run(statement, sql), Thread::startVirtualThread);
  }

  private static void run(Statement statement, String sql) {
    try {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new CompletionException(e);
    }
  }

  private static void assertFailsWith(CompletableFuture<Void> run, String... states) {
    assertThatThrownBy(run::join)
        .cause()
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> assertThat(e.getSQLState()).as("%s", e).isIn((Object[]) states));
  }

  private static boolean someServerSleeps() throws SQLException {
    return anyServer("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") > 0;
  }

  private static long anyServer(String sql) throws SQLException {
    long sum = 0;
    for (Endpoint server : cluster.servers()) {
      try (Connection connection = server.connect()) {
        sum += number(connection, sql);
      }
    }
    return sum;
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Connection connect() throws SQLException {
    return cluster.coordinators().getFirst().connect();
  }

  /** What may fail for a while. */
  private interface Condition {
    boolean holds() throws SQLException;
  }

  /** Polls; each poll is a round trip to a server, which is pause enough. */
  private static void await(Condition condition) {
    long end = System.nanoTime() + SOON.toNanos();
    while (!holds(condition)) {
      assertThat(System.nanoTime()).as("waited in vain").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private static boolean holds(Condition condition) {
    try {
      return condition.holds();
    } catch (SQLException e) {
      return false;
    }
  }
}
