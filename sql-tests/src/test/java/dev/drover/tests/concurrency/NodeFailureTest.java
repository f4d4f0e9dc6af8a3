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
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * A datanode that is down, and one that dies at a certain step of a commit: behind a proxy that
 * plays its death. Clients keep their connections all the while.
 */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no nodes")
@Tag("alone")
class NodeFailureTest {
  private static final String NODE = "dn2";
  private static final Duration AT_ONCE = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(8);
  private static final int KEYS = 60;

  private static TemporaryCluster cluster;
  private static BreakingProxy proxy;

  private final Connection client = connect();
  private final Map<String, Integer> keyOnNode = new TreeMap<>();

  @BeforeAll
  static void start() throws SQLException {
    cluster = TemporaryCluster.inThisProcess(1);
    proxy = cluster.proxyBefore(NODE);
    try (Connection connection = connect()) {
      execute(connection, "CREATE TABLE makes_the_catalog_known_anew (id int)");
      execute(connection, "DROP TABLE makes_the_catalog_known_anew");
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
    proxy.close();
  }

  @BeforeEach
  void createTables() throws SQLException {
    execute(client, "CREATE TABLE spread (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
    execute(client, "CREATE TABLE copied (id int PRIMARY KEY, v int) DISTRIBUTE BY REPLICATION");
    execute(client, "INSERT INTO spread SELECT g, 0 FROM generate_series(1, %d) g".formatted(KEYS));
    execute(client, "INSERT INTO copied SELECT g, 0 FROM generate_series(1, 3) g");
    for (int key = 1; key <= KEYS; key++) {
      keyOnNode.putIfAbsent(nodeOf(key), key);
    }
    assertThat(keyOnNode).containsOnlyKeys("dn1", "dn2", "dn3");
  }

  @AfterEach
  void dropTables() throws SQLException {
    proxy.comeBack();
    await(AT_ONCE, () -> number("SELECT count(*) FROM spread") == KEYS);
    client.setAutoCommit(true);
    execute(client, "DROP TABLE spread, copied");
    client.close();
  }

  @Test
  void aNodeThatIsDownIsNamedAtOnceAndOthersServeOn() throws SQLException {
    proxy.die();
    long started = System.nanoTime();
    expectThatItIsNoticed();
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> update(NODE, 1)).satisfies(NodeFailureTest::namesTheNode);
      assertThatThrownBy(() -> number("SELECT sum(v) FROM spread"))
          .satisfies(NodeFailureTest::namesTheNode);
      update("dn1", 1);
      update("dn3", 1);
    }
    assertThat(since(started)).isLessThan(AT_ONCE);
    proxy.comeBack();
    await(AT_ONCE, () -> tryUpdate(NODE));
    assertThat(number("SELECT sum(v) FROM spread")).isEqualTo(41);
  }

  @Test
  void aTransactionThatLosesANodeFailsAndTheSessionGoesOn() throws SQLException {
    client.setAutoCommit(false);
    update("dn1", 1);
    update(NODE, 1);
    proxy.die();
    assertThatThrownBy(() -> update(NODE, 1)).satisfies(NodeFailureTest::namesTheNode);
    client.rollback();
    update("dn1", 1);
    update("dn3", 1);
    client.commit();
    proxy.comeBack();
    client.setAutoCommit(true);
    await(AT_ONCE, () -> number("SELECT sum(v) FROM spread") == 2);
  }

  @Test
  void aNodeThatDiesBeforeItHasPreparedRollsAllBackAtOnce() throws SQLException {
    proxy.dieAt("PREPARE TRANSACTION");
    long started = System.nanoTime();
    assertThatThrownBy(() -> transfer("dn1", NODE)).satisfies(NodeFailureTest::namesTheNode);
    assertThat(since(started)).isLessThan(AT_ONCE);
    update("dn1", 5);
    proxy.comeBack();
    await(AT_ONCE, () -> number("SELECT sum(v) FROM spread") == 5);
    assertNothingIsPrepared();
  }

  @Test
  void aCommitWaitsForANodeThatComesBackSoon() throws SQLException {
    proxy.dieAt("COMMIT PREPARED");
    Thread back =
        Thread.startVirtualThread(
            () -> {
              await(PATIENCE, proxy::isDown);
              await(AT_ONCE, () -> preparedOnNode() == 1);
              proxy.comeBack();
            });
    transfer("dn1", NODE);
    assertThat(client.getWarnings() == null).as("no warning").isTrue();
    assertThat(number("SELECT v FROM spread WHERE id = " + keyOnNode.get(NODE))).isEqualTo(1);
    join(back);
  }

  @Test
  void aCommitIsAnsweredWithAWarningWhenANodeStaysAway() throws SQLException {
    proxy.dieAt("COMMIT PREPARED");
    long started = System.nanoTime();
    SQLWarning warning = transfer("dn1", NODE);
    assertThat(since(started)).isLessThan(PATIENCE);
    assertThat(warning.getSQLState()).isEqualTo("01000");
    assertThat(warning.getMessage()).contains("has committed, but not yet on node \"dn2\"");
    assertThat(number("SELECT v FROM spread WHERE id = " + keyOnNode.get("dn1"))).isEqualTo(-1);
    proxy.comeBack();
    await(AT_ONCE, () -> number("SELECT sum(abs(v)) FROM spread") == 2);
    assertNothingIsPrepared();
  }

  /** Rows of the primary stay locked: who came between would change some copies and not others. */
  @Test
  void copiesStayEqualWhenAReplicaDiesBetweenThePhases() throws SQLException {
    proxy.dieAt("COMMIT PREPARED");
    SQLWarning warning = executeCollectingWarning("INSERT INTO copied VALUES (4, 0)");
    assertThat(warning.getMessage()).contains("\"dn2\"");
    long started = System.nanoTime();
    try (Connection other = connect()) {
      assertThatThrownBy(() -> execute(other, "UPDATE copied SET v = v + 1"))
          .satisfies(NodeFailureTest::namesTheNode);
      assertThat(since(started)).isLessThan(AT_ONCE);
      proxy.comeBack();
      await(PATIENCE, () -> tryExecute(other, "UPDATE copied SET v = v + 1"));
    }
    List<String> copies = new ArrayList<>();
    for (Endpoint node : cluster.datanodes()) {
      try (Connection connection = node.connect()) {
        copies.add(text(connection, "SELECT count(*) || ' ' || sum(v) FROM copied"));
      }
    }
    assertThat(copies).containsOnly("4 4");
  }

  /**
   * A read may be sent on a connection whose end has not been seen yet; of a change nobody could
   * then say whether it was done.
   */
  private void expectThatItIsNoticed() {
    assertThatThrownBy(() -> number("SELECT sum(v) FROM spread"))
        .satisfies(NodeFailureTest::namesTheNode);
  }

  private static void namesTheNode(Throwable failure) {
    assertThat(failure)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isIn("08006", "57P03"))
        .hasMessageContaining("node \"dn2\"");
  }

  private String nodeOf(int key) throws SQLException {
    String plan = text(client, "EXPLAIN SELECT * FROM spread WHERE id = " + key);
    for (String node : cluster.datanodeNames()) {
      if (plan.contains(node)) {
        return node;
      }
    }
    throw new AssertionError("no node in " + plan);
  }

  private void update(String node, int by) throws SQLException {
    execute(
        client, "UPDATE spread SET v = v + %d WHERE id = %d".formatted(by, keyOnNode.get(node)));
  }

  private boolean tryUpdate(String node) {
    return tryExecute(client, "UPDATE spread SET v = v + 1 WHERE id = " + keyOnNode.get(node));
  }

  /** Moves one between two nodes; the warning of the commit, if any. */
  private SQLWarning transfer(String from, String to) throws SQLException {
    try (Statement statement = client.createStatement()) {
      statement.execute("BEGIN");
      update(from, -1);
      update(to, 1);
      try {
        statement.execute("COMMIT");
      } catch (SQLException e) {
        statement.execute("ROLLBACK");
        throw e;
      }
      return statement.getWarnings();
    }
  }

  private SQLWarning executeCollectingWarning(String sql) throws SQLException {
    try (Statement statement = client.createStatement()) {
      statement.execute(sql);
      return statement.getWarnings();
    }
  }

  private static void assertNothingIsPrepared() {
    await(AT_ONCE, () -> cluster.datanodes().stream().allMatch(node -> prepared(node) == 0));
  }

  private static long preparedOnNode() {
    return prepared(cluster.datanodes().get(1));
  }

  private static long prepared(Endpoint node) {
    try (Connection connection = node.connect()) {
      return Long.parseLong(text(connection, "SELECT count(*) FROM pg_prepared_xact()"));
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private long number(String sql) throws SQLException {
    return Long.parseLong(text(client, sql));
  }

  private static String text(Connection connection, String sql) throws SQLException {
    StringBuilder lines = new StringBuilder();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        lines.append(lines.isEmpty() ? "" : "\n").append(rows.getString(1));
      }
    }
    return lines.toString();
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static boolean tryExecute(Connection connection, String sql) {
    try {
      execute(connection, sql);
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  private static Connection connect() {
    try {
      return cluster.coordinators().getFirst().connect(Teller.settings());
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What may fail for a while. */
  private interface Condition {
    boolean holds() throws SQLException;
  }

  /** Polls; each poll is a round trip to a server, which is pause enough. */
  private static void await(Duration limit, Condition condition) {
    long started = System.nanoTime();
    while (!holds(condition)) {
      assertThat(since(started)).isLessThan(limit);
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
