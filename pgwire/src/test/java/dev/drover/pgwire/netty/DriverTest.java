package dev.drover.pgwire.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.pgwire.server.PostgresServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.util.PSQLException;

/** A real driver through both ends of this module to a real server. */
@Timeout(120)
@ExtendWith(PostgresServer.Provider.class)
class DriverTest {
  private static final int MAX_SLEEPS = 30;

  private static final int ROWS = 20_000;
  private final PostgresServer server;

  DriverTest(PostgresServer server) {
    this.server = server;
  }

  static Stream<Transport> transports() {
    return Stream.of(Transport.create(2), Transport.nio(2));
  }

  @ParameterizedTest
  @MethodSource("transports")
  void statementsBatchesAndCursors(Transport transport) throws Exception {
    try (transport;
        Connection connection = connect(transport);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TEMP TABLE t (a int, b text)");
      connection.setAutoCommit(false);
      insert(connection);
      try (PreparedStatement select = connection.prepareStatement("SELECT a, b FROM t")) {
        select.setFetchSize(777);
        assertThat(sum(select)).isEqualTo((long) ROWS * (ROWS - 1) / 2);
      }
      connection.commit();
      assertThatThrownBy(() -> statement.execute("SELECT a FROM t WHERE nothing"))
          .isInstanceOfSatisfying(PSQLException.class, DriverTest::checkFields);
      connection.rollback();
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void copyBothWays(Transport transport) throws Exception {
    try (transport;
        Connection connection = connect(transport);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TEMP TABLE t (a int, b text)");
      CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
      byte[] line = ("7\t" + "x".repeat(200) + "\n").getBytes(StandardCharsets.UTF_8);
      byte[] lines = new byte[line.length * ROWS];
      for (int i = 0; i < ROWS; i++) {
        System.arraycopy(line, 0, lines, i * line.length, line.length);
      }
      assertThat(copy.copyIn("COPY t FROM STDIN", new ByteArrayInputStream(lines))).isEqualTo(ROWS);
      Counter counter = new Counter();
      assertThat(copy.copyOut("COPY t TO STDOUT", counter)).isEqualTo(ROWS);
      assertThat(counter.bytes).isEqualTo(lines.length);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void hugeValuesBothWays(Transport transport) throws Exception {
    try (transport;
        Connection connection = connect(transport);
        PreparedStatement echo = connection.prepareStatement("SELECT ?::bytea, 1")) {
      byte[] huge = new byte[20 << 20];
      huge[huge.length - 1] = 5;
      echo.setBytes(1, huge);
      try (ResultSet result = echo.executeQuery()) {
        assertThat(result.next()).isTrue();
        assertThat(result.getBytes(1)).isEqualTo(huge);
        assertThat(result.getInt(2)).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void cancelReachesTheServer(Transport transport) throws Exception {
    try (transport;
        Connection connection = connect(transport);
        Statement statement = connection.createStatement()) {
      CompletableFuture<SQLException> failure = new CompletableFuture<>();
      Thread.ofVirtual().start(() -> sleep(statement, failure));
      while (!failure.isDone()) {
        statement.cancel();
      }
      assertThat(failure.get().getSQLState()).isEqualTo("57014");
    }
  }

  /** The driver asks once a statement; a request that comes before it begins is lost. */
  private static void sleep(Statement statement, CompletableFuture<SQLException> failure) {
    try {
      for (int i = 0; i < MAX_SLEEPS; i++) {
        statement.execute("SELECT pg_sleep(1)");
      }
      failure.completeExceptionally(new AssertionError("slept"));
    } catch (SQLException expected) {
      failure.complete(expected);
    }
  }

  private Connection connect(Transport transport) throws SQLException, InterruptedException {
    FrontendServer proxy =
        FrontendServer.bind(
                transport,
                new ServerAddress.Tcp("127.0.0.1", 0),
                FrontendOptions.defaults(),
                () -> new ProxySession(transport, server.unixSocket()))
            .sync()
            .getNow();
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(proxy.port()), "postgres", "");
  }

  private static void insert(Connection connection) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
      for (int i = 0; i < ROWS; i++) {
        insert.setInt(1, i);
        insert.setString(2, i % 3 == 0 ? null : "żółw " + i);
        insert.addBatch();
        if (i % 1000 == 999) {
          insert.executeBatch();
        }
      }
    }
  }

  private static long sum(PreparedStatement select) throws SQLException {
    long sum = 0;
    try (ResultSet result = select.executeQuery()) {
      while (result.next()) {
        int number = result.getInt(1);
        assertThat(result.getString(2)).isEqualTo(number % 3 == 0 ? null : "żółw " + number);
        sum += number;
      }
    }
    return sum;
  }

  private static void checkFields(PSQLException error) {
    assertThat(error.getSQLState()).isEqualTo("42703");
    assertThat(error.getServerErrorMessage().getPosition()).isEqualTo(23);
    assertThat(error.getServerErrorMessage().getRoutine()).isEqualTo("errorMissingColumn");
  }

  private static final class Counter extends OutputStream {
    private long bytes;

    @Override
    public void write(int b) throws IOException {
      bytes++;
    }

    @Override
    public void write(byte[] from, int offset, int length) {
      bytes += length;
    }
  }
}
