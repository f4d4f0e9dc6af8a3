package dev.drover.tests.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.deploy.cluster.Auth;
import dev.drover.tests.Endpoint;
import dev.drover.tests.ProcessSize;
import dev.drover.tests.TemporaryCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Many clients, slow ones, and such as vanish, at a coordinator in a process of its own whose size
 * is measured; clients log in by SCRAM. After each test the others are served as before, and no
 * server holds anything of clients that are gone.
 */
@Timeout(300)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no coordinator")
@Tag("alone")
class ManyClientsTest {
  private static final int IDLE_CLIENTS = 1000;
  private static final int VANISHING_CLIENTS = 40;
  private static final int SPARE_FILES = 50;
  private static final long MEGABYTE = 1 << 20;

  /** Twice its heap of 192 MB and less than a fifth of what is read. */
  private static final long MAX_RESIDENT_BYTES = 400 * MEGABYTE;

  private static final long MAX_GROWTH_BYTES = 120 * MEGABYTE;
  private static final int ROWS = 1000;
  private static final int ROW_BYTES = 1 << 20;
  private static final int SAMPLES = 20;
  private static final long PATIENCE_NANOS = 15_000_000_000L;

  private static TemporaryCluster cluster;
  private static Endpoint drover;
  private static ProcessSize coordinator;

  @BeforeAll
  static void start() {
    cluster = TemporaryCluster.ofProcesses(1, Auth.SCRAM);
    drover = cluster.coordinators().getFirst();
    coordinator = new ProcessSize(cluster.processId("coordinator"));
    run("CREATE TABLE spread (id int PRIMARY KEY, v text) DISTRIBUTE BY HASH (id)");
    run("INSERT INTO spread SELECT g, 'x' FROM generate_series(1, 30) g");
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  /** A lock on every row of every node: nobody else may hold one. */
  @AfterEach
  void nothingIsLeftOfWhoIsGone() {
    await(
        () ->
            state("BEGIN; LOCK TABLE spread IN ACCESS EXCLUSIVE MODE NOWAIT; ROLLBACK").isEmpty());
    await(() -> sum("SELECT count(*) FROM pg_prepared_xact()") == 0);
    await(
        () ->
            sum(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'drover'"
                        + " AND state <> 'idle'")
                == 0);
  }

  @Test
  void aThousandIdleClientsAreHeld() {
    run("SELECT count(*) FROM spread");
    long before = coordinator.residentBytes();
    int files = coordinator.openFiles();
    List<WireClient> idle = new ArrayList<>();
    for (int i = 0; i < IDLE_CLIENTS; i++) {
      idle.add(WireClient.login(drover));
    }
    run("SELECT count(*) FROM spread");
    assertThat(coordinator.residentBytes() - before).isLessThan(MAX_GROWTH_BYTES);
    assertThat(coordinator.openFiles()).isBetween(IDLE_CLIENTS, files + IDLE_CLIENTS + SPARE_FILES);
    assertThat(Transcript.of(idle.getLast().query("SELECT 'still here'")))
        .contains("DataRow 'still here'");
    idle.forEach(WireClient::close);
    await(() -> coordinator.openFiles() <= files + SPARE_FILES);
  }

  @Test
  void aSlowReaderOfAGigabyteDoesNotFillTheCoordinator() {
    run("CREATE TABLE large (id int PRIMARY KEY, v text) DISTRIBUTE BY HASH (id)");
    run("INSERT INTO large SELECT g, 'x' FROM generate_series(1, %d) g".formatted(ROWS));
    try (WireClient reader = WireClient.login(drover)) {
      reader.send(Frontend.query("SELECT repeat(v, %d) FROM large".formatted(ROW_BYTES)));
      assertThat(reader.read().type()).isEqualTo('T');
      for (int i = 0; i < SAMPLES; i++) {
        run("SELECT count(*) FROM spread");
        assertThat(coordinator.residentBytes()).isLessThan(MAX_RESIDENT_BYTES);
      }
      long bytes = 0;
      Message message = reader.read();
      for (int row = 0; message.type() == 'D'; row++) {
        bytes += message.reader().remaining();
        if (row % (ROWS / SAMPLES) == 0) {
          assertThat(coordinator.residentBytes()).isLessThan(MAX_RESIDENT_BYTES);
        }
        message = reader.read();
      }
      assertThat(bytes).isGreaterThanOrEqualTo((long) ROWS * ROW_BYTES);
    }
    run("DROP TABLE large");
  }

  /** Rows that are read from servers in pieces have to be whole to be written again. */
  @Test
  void longRowsPassFromQueryToTable() {
    run("CREATE TABLE large (id int PRIMARY KEY, v text) DISTRIBUTE BY HASH (id)");
    run(
        "INSERT INTO large SELECT g, repeat('x', %d) FROM generate_series(1, 4) g"
            .formatted(ROW_BYTES));
    assertThat(number("SELECT sum(length(v)) FROM large")).isEqualTo(4L * ROW_BYTES);
    run("DROP TABLE large");
  }

  @Test
  void aSlowSenderOfACopyHoldsUpNobody() throws SQLException {
    try (Connection connection = drover.connect()) {
      CopyIn copy =
          connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY spread FROM STDIN");
      for (int row = 0; row < SAMPLES; row++) {
        byte[] line = "%d\tslow\n".formatted(100 + row).getBytes(UTF_8);
        for (byte one : line) {
          copy.writeToCopy(new byte[] {one}, 0, 1);
          copy.flushCopy();
        }
        run("UPDATE spread SET v = 'y' WHERE id = " + (1 + row));
      }
      assertThat(copy.endCopy()).isEqualTo(SAMPLES);
    }
    run("DELETE FROM spread WHERE v = 'slow'");
  }

  @Test
  void clientsThatVanishLeaveNothing() {
    int files = coordinator.openFiles();
    vanish(client -> client.send(Frontend.query("BEGIN; UPDATE spread SET v = 'gone'")));
    vanish(
        client -> {
          client.query("BEGIN");
          client.query("UPDATE spread SET v = 'gone'");
        });
    vanish(
        client -> {
          client.send(Frontend.query("COPY spread FROM STDIN"));
          client.send(Frontend.copyData("1000\tgone\n1001\tgo"));
        });
    vanish(client -> client.send(Frontend.query("SELECT pg_sleep(60), id FROM spread")));
    run("SELECT count(*) FROM spread WHERE v = 'gone'");
    assertThat(number("SELECT count(*) FROM spread WHERE v = 'gone'")).isZero();
    vanish(client -> client.send(Frontend.query("BEGIN; UPDATE spread SET v = 'kept'; COMMIT")));
    await(() -> coordinator.openFiles() <= files + SPARE_FILES);
    List<WireClient> active = new ArrayList<>();
    for (int i = 0; i < VANISHING_CLIENTS; i++) {
      active.add(WireClient.login(drover));
      active.getLast().query("BEGIN");
      assertThat(Transcript.error(active.getLast().query("SELECT count(*) FROM spread"))).isEmpty();
    }
    active.forEach(WireClient::close);
  }

  @Test
  void wrongPasswordsAreRefusedAndTheRightOneIsNot() {
    int files = coordinator.openFiles();
    for (String user : List.of("postgres", "nobody_at_all", "drover")) {
      for (int i = 0; i < SAMPLES; i++) {
        Endpoint wrong = drover.as(new Endpoint.Login(user, "guess " + i, "postgres"));
        assertThatThrownBy(wrong::connect)
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
      }
    }
    await(() -> coordinator.openFiles() <= files + SPARE_FILES);
  }

  @Test
  void aPasswordMayChangeAndARoleMayGoWhileItIsConnected() throws SQLException {
    run("CREATE ROLE clerk LOGIN PASSWORD 'first'");
    run("GRANT ALL ON spread TO clerk");
    Endpoint first = drover.as(new Endpoint.Login("clerk", "first", "postgres"));
    Endpoint second = drover.as(new Endpoint.Login("clerk", "second", "postgres"));
    try (Connection connected = first.connect()) {
      run("ALTER ROLE clerk PASSWORD 'second'");
      assertThatThrownBy(first::connect)
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
      execute(connected, "UPDATE spread SET v = 'first' WHERE id < 10");
      second.connect().close();
      execute(connected, "UPDATE spread SET v = 'second' WHERE id < 10");
      run("REVOKE ALL ON spread FROM clerk");
      run("DROP ROLE clerk");
      assertThatThrownBy(() -> execute(connected, "UPDATE spread SET v = 'third' WHERE id < 10"))
          .isInstanceOf(SQLException.class);
    }
    assertThat(number("SELECT count(*) FROM spread WHERE v = 'third'")).isZero();
    assertThatThrownBy(second::connect)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
  }

  /** Clients that cut the connection right after this. */
  private static void vanish(Consumer<WireClient> work) {
    for (int i = 0; i < VANISHING_CLIENTS; i++) {
      WireClient client = WireClient.login(drover);
      work.accept(client);
      client.reset();
    }
  }

  private static long sum(String sql) {
    long sum = 0;
    for (Endpoint server : cluster.servers()) {
      try (Connection connection = server.connect();
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(sql)) {
        rows.next();
        sum += rows.getLong(1);
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }
    return sum;
  }

  private static long number(String sql) {
    try (WireClient client = WireClient.login(drover)) {
      Message row = client.query(sql).get(1);
      return Long.parseLong(Transcript.text(row.values().getFirst().orElseThrow()));
    }
  }

  private static void run(String sql) {
    assertThat(state(sql)).as(sql).isEmpty();
  }

  /** The SQLSTATE of the error, or nothing. */
  private static String state(String sql) {
    try (WireClient client = WireClient.login(drover)) {
      return Transcript.error(client.query(sql)).map(Message::sqlState).orElse("");
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Polls; each poll is a round trip to a server, which is pause enough. */
  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
