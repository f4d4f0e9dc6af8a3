package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.TemporaryCluster;
import dev.drover.tests.concurrency.Witness.Manner;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What clients read over several nodes, while others write there, is what one server could have
 * shown them. {@code -Ddrover.consistency.seconds} and {@code -Ddrover.consistency.readers} say how
 * long each run takes and how many read.
 */
@ExtendWith(EndpointsExtension.class)
class ConsistentReadsTest {
  private static final int WRITERS = 8;
  private static final int READERS = Integer.getInteger("drover.consistency.readers", 4);
  private static final long SECONDS = Long.getLong("drover.consistency.seconds", 3);

  private final List<Endpoint> coordinators;
  private final TestReporter reporter;
  private Vault vault;

  ConsistentReadsTest(Endpoints endpoints, TestReporter reporter) {
    this.reporter = reporter;
    coordinators = List.of(endpoints.drover(), endpoints.secondCoordinator());
  }

  @BeforeEach
  void createVault() throws SQLException {
    vault = Vault.create(coordinators.getFirst());
  }

  @AfterEach
  void dropVault() throws SQLException {
    vault.drop();
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0",
    "BEGIN, 0",
    "BEGIN ISOLATION LEVEL REPEATABLE READ, 2",
    "BEGIN ISOLATION LEVEL SERIALIZABLE, 2",
    "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE, 2"
  })
  void everyReadIsOfOneMoment(String begin, int rereads) {
    Anomalies anomalies = run(coordinators, new Manner(begin, rereads), new Properties());
    assertThat(anomalies.count()).as("%s", anomalies).isZero();
    assertThat(anomalies.reads()).as("reads").isPositive();
  }

  @Test
  void soAreSimpleQueries() {
    Properties simple = new Properties();
    simple.setProperty("preferQueryMode", "simple");
    Anomalies anomalies = run(coordinators, new Manner("", 0), simple);
    assertThat(anomalies.count()).as("%s", anomalies).isZero();
    assertThat(anomalies.reads()).as("reads").isPositive();
  }

  @ParameterizedTest
  @CsvSource({"'', 0", "BEGIN, 0", "BEGIN ISOLATION LEVEL REPEATABLE READ, 2"})
  void soAreReadsWhoseRowsMove(String begin, int rereads) {
    Witness witness = new Witness(vault, Witness.MOVING);
    Manner manner = new Manner(begin, rereads);
    Anomalies anomalies = run(witness, coordinators, manner, new Properties(), WRITERS);
    assertThat(anomalies.count()).as("%s", anomalies).isZero();
    assertThat(anomalies.reads()).as("reads").isPositive();
  }

  /** Rows go where they belong, or each node copies its own, all as of one moment. */
  @ParameterizedTest
  @ValueSource(strings = {"id", "v"})
  void soIsWhatAnInsertReads(String key) throws SQLException {
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Long> writes =
        CompletableFuture.supplyAsync(
            () -> vault.write(coordinators, WRITERS, Weather.CALM, () -> !over.get()));
    try (Connection connection = coordinators.getFirst().connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE vault_image (id int, v bigint, turn int) DISTRIBUTE BY HASH (" + key + ")");
      long end = System.nanoTime() + SECONDS * 1_000_000_000;
      int turns = 0;
      while (System.nanoTime() - end < 0) {
        turns++;
        statement.execute("INSERT INTO vault_image SELECT id, v, %d FROM vault".formatted(turns));
      }
      try (ResultSet row =
          statement.executeQuery(
              "SELECT count(*) FROM (SELECT FROM vault_image WHERE id <= %d GROUP BY turn HAVING sum(v) = %d) s"
                  .formatted(Vault.ACCOUNTS, Vault.ACCOUNTS * Vault.OPENING_BALANCE))) {
        row.next();
        assertThat(row.getInt(1)).as("images with the right sum").isEqualTo(turns);
      }
    } finally {
      over.set(true);
      writes.join();
      drop("vault_image");
    }
  }

  private void drop(String table) throws SQLException {
    coordinators.getFirst().run("DROP TABLE " + table);
  }

  /** They may be a little old, so that many share one moment. */
  @Test
  void soAreBoundedReads() {
    Properties bounded = new Properties();
    bounded.setProperty(
        "options", "-c drover.global_snapshot=bounded -c drover.global_snapshot_max_age=50ms");
    Anomalies anomalies = run(coordinators, new Manner("", 0), bounded);
    assertThat(anomalies.fractured() + anomalies.causal()).as("%s", anomalies).isZero();
    assertThat(anomalies.reads()).as("reads").isPositive();
  }

  @Test
  void boundedReadsSeeWhatTheSessionHasWritten() throws SQLException {
    try (Connection connection = coordinators.getFirst().connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET drover.global_snapshot = bounded");
      statement.execute("SET drover.global_snapshot_max_age = '10s'");
      long before = number(statement);
      for (int i = 1; i <= 10; i++) {
        statement.execute("UPDATE vault SET v = v + 1 WHERE id = " + i);
        assertThat(number(statement)).isEqualTo(before + i);
      }
    }
  }

  private static long number(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT sum(v) FROM vault")) {
      row.next();
      return row.getLong(1);
    }
  }

  @Test
  void withoutGlobalSnapshotsItWouldShow() {
    Properties off = new Properties();
    off.setProperty("options", "-c drover.global_snapshot=off");
    Anomalies anomalies = run(coordinators, new Manner("", 0), off);
    assertThat(anomalies.fractured()).as("%s", anomalies).isPositive();
  }

  /** A lone coordinator needs no window for what is read while nothing is committed. */
  @Test
  void soAreReadsThroughOneCoordinatorAlone() throws SQLException {
    try (TemporaryCluster cluster = TemporaryCluster.inThisProcess(1)) {
      Vault shared = vault;
      vault = Vault.create(cluster.coordinators().getFirst());
      Anomalies busy = run(cluster.coordinators(), new Manner("", 0), new Properties());
      assertThat(busy.count()).as("%s", busy).isZero();
      for (String begin : List.of("", "BEGIN ISOLATION LEVEL REPEATABLE READ")) {
        Anomalies slow = run(cluster.coordinators(), new Manner(begin, 0), new Properties(), 1);
        assertThat(slow.count()).as("%s", slow).isZero();
      }
      vault = shared;
      try (Connection connection = cluster.coordinators().getFirst().connect();
          Statement statement = connection.createStatement()) {
        assertThat(shown(statement, "drover.gate")).doesNotContain("without_window=0 ");
      }
    }
  }

  /** Whatever is set for others, and changes of the schema stand among them. */
  @Test
  void serializableTransactionsSeeOneMomentAndWriteOnSeveralNodes() throws SQLException {
    try (Connection connection = coordinators.getFirst().connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET default_transaction_isolation = 'serializable'");
      statement.execute("SET drover.global_snapshot = off");
      statement.execute("CREATE TABLE vault_copy (id int PRIMARY KEY) DISTRIBUTE BY HASH (id)");
      statement.execute("INSERT INTO vault_copy SELECT g FROM generate_series(1, 9) g");
      statement.execute("BEGIN");
      statement.execute("UPDATE vault SET v = v + 1 WHERE id <= 15");
      statement.execute("UPDATE vault SET v = v - 1 WHERE id > 15 AND id <= 30");
      assertThat(number(statement)).isEqualTo(Vault.ACCOUNTS * Vault.OPENING_BALANCE);
      statement.execute("CREATE TEMP TABLE vault_notes AS SELECT 1 AS one");
      statement.execute("COMMIT");
      statement.execute("SET default_transaction_read_only = on");
      assertThat(number(statement)).isEqualTo(Vault.ACCOUNTS * Vault.OPENING_BALANCE);
      statement.execute("SET default_transaction_read_only = off");
      statement.execute("DROP TABLE vault_copy");
    }
  }

  /** Nobody could watch over what it has read until it is decided. */
  @Test
  void serializableTransactionsOverNodesAreNotPreparedByClients() throws SQLException {
    try (Connection connection = coordinators.getFirst().connect();
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN ISOLATION LEVEL SERIALIZABLE");
      statement.execute("UPDATE vault SET v = v");
      assertThatThrownBy(() -> statement.execute("PREPARE TRANSACTION 'vault'"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("0A000"));
    }
  }

  @Test
  void theSettingIsShownAndChecked() throws SQLException {
    try (Connection connection = coordinators.getFirst().connect();
        Statement statement = connection.createStatement()) {
      assertThat(shown(statement, "drover.global_snapshot")).isEqualTo("strict");
      statement.execute("SET drover.global_snapshot = off");
      assertThat(shown(statement, "drover.global_snapshot")).isEqualTo("off");
      assertThat(shown(statement, "drover.gate")).contains("valid_windows=");
      assertThatThrownBy(() -> statement.execute("SET drover.global_snapshot = soft"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22023"));
      assertThat(shown(statement, "drover.global_snapshot_max_age")).isEqualTo("10ms");
      assertThatThrownBy(() -> statement.execute("SET drover.global_snapshot_max_age = '2min'"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22023"));
      assertThatThrownBy(() -> statement.execute("SET drover.gate = 1"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("55P02"));
    }
  }

  private static String shown(Statement statement, String name) throws SQLException {
    try (ResultSet row = statement.executeQuery("SHOW " + name)) {
      row.next();
      return row.getString(1);
    }
  }

  private Anomalies run(List<Endpoint> servers, Manner manner, Properties settings) {
    return run(servers, manner, settings, WRITERS);
  }

  private Anomalies run(List<Endpoint> servers, Manner manner, Properties settings, int writers) {
    return run(new Witness(vault, Witness.STAYING), servers, manner, settings, writers);
  }

  private Anomalies run(
      Witness witness, List<Endpoint> servers, Manner manner, Properties settings, int writers) {
    AtomicBoolean over = new AtomicBoolean();
    BooleanSupplier goesOn = () -> !over.get();
    CompletableFuture<Long> writes =
        CompletableFuture.supplyAsync(() -> vault.write(servers, writers, Weather.CALM, goesOn));
    long end = System.nanoTime() + SECONDS * 1_000_000_000;
    try {
      Anomalies anomalies =
          witness.watch(servers, READERS, manner, settings, () -> System.nanoTime() - end < 0);
      reporter.publishEntry("%s %s".formatted(manner, settings), anomalies.toString());
      return anomalies;
    } finally {
      over.set(true);
      writes.join();
    }
  }
}
