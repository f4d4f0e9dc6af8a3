package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.BreakingProxy;
import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * PREPARE TRANSACTION over several nodes and two coordinators, with a node that dies at a certain
 * step, played by a proxy, and with members that are killed.
 */
@Timeout(180)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no nodes")
@Tag("alone")
class PreparedTransactionsTest {
  private static final String NODE = "dn2";
  private static final int ROWS = 20;
  private static final int CLIENTS = 6;
  private static final long POLL_NANOS = 10_000_000;

  /** A lease lasts 3 s, and 5 s after its end everything is to be finished. */
  private static final Duration RECOVERY = Duration.ofSeconds(15);

  private static TemporaryCluster cluster;
  private static BreakingProxy proxy;

  private Connection first;
  private Connection second;

  @BeforeAll
  static void start() throws SQLException {
    cluster = TemporaryCluster.ofProcesses(2);
    proxy = cluster.proxyBefore(NODE);
  }

  @AfterAll
  static void stop() {
    cluster.close();
    proxy.close();
  }

  @BeforeEach
  void createTable() throws SQLException {
    await(RECOVERY, () -> connect(0).isValid(1) && connect(1).isValid(1));
    first = connect(0);
    second = connect(1);
    run(first, "CREATE TABLE spread (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
    run(first, "CREATE TABLE copied (id int PRIMARY KEY, v int) DISTRIBUTE BY REPLICATION");
    run(first, "INSERT INTO copied VALUES (1, 0)");
  }

  @AfterEach
  void dropTable() throws SQLException {
    proxy.comeBack();
    await(RECOVERY, () -> parts() == 0);
    try (Connection connection = connect(1)) {
      await(RECOVERY, () -> succeeds(connection, "DROP TABLE spread, copied"));
    }
    first.close();
    second.close();
  }

  @Test
  void anyCoordinatorAndSessionMayEndIt() throws SQLException {
    prepare(first, "a");
    assertThat(list("pg_prepared_xacts", "gid")).containsExactly("a");
    assertThat(list("pgxc_prepared_xacts", "pgxc_prepared_xact")).containsExactly("a");
    first.close();
    run(second, "COMMIT PREPARED 'a'");
    assertThat(rows(second)).isEqualTo(ROWS);
    assertThat(list("pgxc_prepared_xacts", "pgxc_prepared_xact")).isEmpty();
    assertThat(parts()).isZero();
  }

  @Test
  void aNameIsTakenOnceInTheWholeCluster() throws SQLException {
    List<CompletableFuture<String>> outcomes = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      int number = client;
      outcomes.add(
          CompletableFuture.supplyAsync(() -> tryToTake(number), Thread::startVirtualThread));
    }
    List<String> states = outcomes.stream().map(CompletableFuture::join).sorted().toList();
    assertThat(states.subList(0, CLIENTS - 1)).containsOnly("42710");
    assertThat(states.getLast()).isEqualTo("prepared");
    run(second, "COMMIT PREPARED 'taken'");
    assertThat(rows(first)).as("of the one that got it").isEqualTo(3);
    assertThat(parts()).isZero();
  }

  private static String tryToTake(int number) {
    try (Connection connection = connect(number % 2)) {
      run(connection, "BEGIN");
      run(
          connection,
          "INSERT INTO spread VALUES (%1$d1, 0), (%1$d2, 0), (%1$d3, 0)".formatted(number + 1));
      run(connection, "PREPARE TRANSACTION 'taken'");
      return "prepared";
    } catch (SQLException e) {
      return e.getSQLState();
    }
  }

  @Test
  void oneOfManyEndsIt() throws SQLException {
    prepare(first, "raced");
    List<CompletableFuture<String>> outcomes = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      int number = client;
      outcomes.add(
          CompletableFuture.supplyAsync(() -> tryToEnd(number), Thread::startVirtualThread));
    }
    List<String> states = outcomes.stream().map(CompletableFuture::join).sorted().toList();
    assertThat(states.subList(0, CLIENTS - 1))
        .allMatch(s -> s.equals("42704") || s.equals("55000"));
    assertThat(rows(second)).isEqualTo(states.getLast().equals("COMMIT") ? ROWS : 0);
    assertThat(parts()).isZero();
  }

  private static String tryToEnd(int number) {
    String verb = number % 3 == 0 ? "ROLLBACK" : "COMMIT";
    try (Connection connection = connect(number % 2)) {
      run(connection, verb + " PREPARED 'raced'");
      return verb;
    } catch (SQLException e) {
      return e.getSQLState();
    }
  }

  @Test
  void aNodeThatDiesWhileItPreparesLeavesNothing() throws SQLException {
    proxy.dieAt("PREPARE TRANSACTION");
    assertThatThrownBy(() -> prepare(first, "half"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isIn("08006", "57P03"));
    assertThat(list("pg_prepared_xacts", "gid")).isEmpty();
    proxy.comeBack();
    await(RECOVERY, () -> parts() == 0);
    assertThat(rows(first)).isZero();
    prepare(first, "half");
    run(first, "ROLLBACK PREPARED 'half'");
  }

  @Test
  void aNodeThatStaysAwayIsFinishedWhenItIsBack() throws SQLException {
    prepare(first, "late");
    proxy.dieAt("COMMIT PREPARED");
    try (Statement statement = first.createStatement()) {
      statement.execute("COMMIT PREPARED 'late'");
      SQLWarning warning = statement.getWarnings();
      assertThat(warning.getMessage()).contains("has committed, but not yet on node \"dn2\"");
    }
    assertThat(list("pg_prepared_xacts", "gid")).as("it is decided").isEmpty();
    proxy.comeBack();
    await(RECOVERY, () -> rows(second) == ROWS);
    assertCopied(1);
  }

  @Test
  void aDecisionOutlivesTheCoordinatorThatTookIt() throws SQLException {
    prepare(first, "decided");
    proxy.dieAt("COMMIT PREPARED");
    CompletableFuture<Void> lost =
        CompletableFuture.runAsync(
            () ->
                assertThatThrownBy(() -> run(first, "COMMIT PREPARED 'decided'"))
                    .isInstanceOf(SQLException.class),
            Thread::startVirtualThread);
    await(RECOVERY, proxy::isDown);
    cluster.kill("coordinator");
    lost.join();
    await(RECOVERY, () -> parts() == 0);
    proxy.comeBack();
    await(RECOVERY, () -> rows(second) == ROWS);
    assertCopied(1);
    assertThatThrownBy(() -> run(second, "ROLLBACK PREPARED 'decided'"))
        .hasMessageContaining("does not exist");
  }

  @Test
  void whatIsPreparedOutlivesEverybody() throws SQLException {
    prepare(first, "kept");
    prepareRows(second, "given up", 100);
    for (String member : List.of("coordinator", "coordinator2", "gtm", "dn1", "catalog")) {
      cluster.kill(member);
    }
    for (String node : List.of("catalog", "dn1", "dn2", "dn3")) {
      cluster.killServer(node);
    }
    await(RECOVERY, () -> connect(0).isValid(1) && connect(1).isValid(1));
    await(RECOVERY, () -> list("pg_prepared_xacts", "gid").size() == 2);
    try (Connection again = connect(1)) {
      await(RECOVERY, () -> succeeds(again, "ROLLBACK PREPARED 'given up'"));
      await(RECOVERY, () -> succeeds(again, "COMMIT PREPARED 'kept'"));
      assertThat(rows(again)).isEqualTo(ROWS);
    }
    assertCopied(1);
  }

  /** However far a PREPARE has come: it is in the list with all its parts, or nothing is left. */
  @Test
  void whatIsListedIsThereAndWhole() throws SQLException {
    for (int round = 0; round < 5; round++) {
      String name = "killed " + round;
      int base = 1000 * round;
      CompletableFuture<Void> work =
          CompletableFuture.runAsync(
              () -> prepareUntilDead(name, base), Thread::startVirtualThread);
      await(RECOVERY, () -> parts() > 0);
      cluster.kill("coordinator");
      work.join();
      await(RECOVERY, () -> 4L * list("pg_prepared_xacts", "gid").size() == parts());
      for (String gid : list("pg_prepared_xacts", "gid")) {
        int before = rows(second);
        run(second, "COMMIT PREPARED '%s'".formatted(gid));
        assertThat(rows(second)).isEqualTo(before + ROWS);
      }
      await(RECOVERY, () -> connect(0).isValid(1));
    }
  }

  private static void prepareUntilDead(String name, int base) {
    try (Connection connection = connect(0)) {
      for (int i = 0; i < 40; i++) {
        prepareRows(connection, name + " " + i, base + 20 * i);
      }
    } catch (SQLException e) {
      assertThat(e.getSQLState()).startsWith("08");
    }
  }

  private static void prepare(Connection connection, String gid) throws SQLException {
    run(connection, "BEGIN");
    run(connection, "UPDATE copied SET v = v + 1");
    fillAndPrepare(connection, gid, 0);
  }

  /** Over the catalog node, which it reads, and all datanodes. */
  private static void prepareRows(Connection connection, String gid, int base) throws SQLException {
    run(connection, "BEGIN");
    run(connection, "SELECT count(*) FROM pg_class");
    fillAndPrepare(connection, gid, base);
  }

  private static void fillAndPrepare(Connection connection, String gid, int base)
      throws SQLException {
    run(
        connection,
        "INSERT INTO spread SELECT g, 0 FROM generate_series(%d, %d) g"
            .formatted(base + 1, base + ROWS));
    run(connection, "PREPARE TRANSACTION '%s'".formatted(gid));
  }

  private static void assertCopied(int value) throws SQLException {
    for (Endpoint node : cluster.datanodes()) {
      try (Connection connection = node.connect()) {
        assertThat(texts(connection, "SELECT v FROM copied")).containsExactly("" + value);
      }
    }
  }

  private static List<String> list(String view, String column) throws SQLException {
    try (Connection connection = connect(1)) {
      return texts(connection, "SELECT %s FROM %s ORDER BY 1".formatted(column, view));
    }
  }

  private static long parts() throws SQLException {
    long count = 0;
    for (Endpoint server : cluster.servers()) {
      try (Connection connection = server.connect()) {
        count +=
            Long.parseLong(texts(connection, "SELECT count(*) FROM pg_prepared_xact()").getFirst());
      }
    }
    return count;
  }

  private static int rows(Connection connection) throws SQLException {
    return Integer.parseInt(texts(connection, "SELECT count(*) FROM spread").getFirst());
  }

  private static Connection connect(int coordinator) throws SQLException {
    return cluster.coordinators().get(coordinator).connect();
  }

  private static List<String> texts(Connection connection, String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static boolean succeeds(Connection connection, String sql) {
    try {
      run(connection, sql);
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  /** What cannot be asked yet is asked again. */
  private static void await(Duration limit, Callable<Boolean> condition) {
    long deadline = System.nanoTime() + limit.toNanos();
    Exception last = new IllegalStateException("never true");
    while (System.nanoTime() < deadline) {
      try {
        if (condition.call()) {
          return;
        }
      } catch (SQLException e) {
        last = e;
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    throw new AssertionError("not within " + limit, last);
  }
}
