package dev.drover.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.TemporaryServers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NodeSchemaTest {
  private static final long LIMIT_SECONDS = 30;
  private static TemporaryServers servers;
  private static PostgresServer server;

  @BeforeAll
  static void open() throws SQLException {
    servers = TemporaryServers.open();
    server = servers.start("node");
    try (Connection connection = server.connect()) {
      NodeSchema.install(connection);
      NodeSchema.install(connection);
      run(
          connection,
          "CREATE ROLE client LOGIN PASSWORD '%s'".formatted(server.config().secret().password()));
    }
  }

  @AfterAll
  static void close() {
    servers.close();
  }

  @Test
  void aClientRoleMayCallHelloAndInsertMarksAndNothingElse() throws SQLException {
    try (Connection client = server.connect("postgres", "client")) {
      text(client, "SELECT drover.hello(1, 1)");
      run(client, "INSERT INTO drover.mark VALUES (10, '\\x01')");
      for (String forbidden :
          new String[] {
            "INSERT INTO drover.gx VALUES (11)",
            "SELECT * FROM drover.gx",
            "SELECT * FROM drover.mark",
            "UPDATE drover.mark SET nonce = NULL",
            "DELETE FROM drover.mark",
            "SELECT * FROM drover.session",
            "UPDATE drover.fence SET min_epoch = 0",
            "SELECT drover.fence(1, 0)",
            "SELECT drover.evict(1, 9)",
            "SELECT drover.forget_sessions()",
            "INSERT INTO drover.mark_metadata VALUES (11, '\\x01')",
            "CREATE TABLE drover.t ()"
          }) {
        assertThatThrownBy(() -> run(client, forbidden))
            .as(forbidden)
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("permission denied");
      }
      assertThatThrownBy(() -> run(client, "INSERT INTO drover.mark VALUES (11) RETURNING nonce"))
          .as("refused before rights are looked at")
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("cannot perform INSERT RETURNING");
    }
  }

  @Test
  void theCommitRecordHoldsTheHashAndNotTheNonce() throws SQLException {
    try (Connection connection = server.connect()) {
      run(connection, "INSERT INTO drover.mark VALUES (20, 'secret')");
      assertThat(
              text(
                  connection,
                  "SELECT nonce_hash = sha256('secret') FROM drover.gx WHERE gxid = 20"))
          .isEqualTo("t");
    }
  }

  @Test
  void aBackendIsRegisteredOnceAndDoesNotWaitForTheDisk() throws SQLException {
    try (Connection connection = server.connect()) {
      run(connection, "BEGIN");
      text(connection, "SELECT drover.hello(30, 5)");
      assertThat(text(connection, "SHOW synchronous_commit")).isEqualTo("off");
      run(connection, "COMMIT");
      assertThat(text(connection, "SHOW synchronous_commit")).isEqualTo("on");
      assertThatThrownBy(() -> text(connection, "SELECT drover.hello(31, 5)"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("session_pkey");
    }
  }

  @Test
  void anEpochBelowTheFenceIsShutOutAndTheFenceIsNeverLowered() throws SQLException {
    try (Connection superuser = server.connect();
        Connection late = server.connect("postgres", "client")) {
      text(superuser, "SELECT drover.fence(40, 8)");
      text(superuser, "SELECT drover.fence(40, 3)");
      assertThatThrownBy(() -> text(late, "SELECT drover.hello(40, 7)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57P01"));
      text(late, "SELECT drover.hello(40, 8)");
    }
  }

  @Test
  void evictionEndsTheBackendsOfOlderEpochsOnly() throws SQLException {
    try (Connection superuser = server.connect();
        Connection old = server.connect("postgres", "client");
        Connection current = server.connect("postgres", "client")) {
      text(old, "SELECT drover.hello(50, 1)");
      text(current, "SELECT drover.hello(50, 2)");
      text(superuser, "SELECT drover.fence(50, 2)");
      assertThat(text(superuser, "SELECT drover.evict(50, 2)")).isEqualTo("1");
      assertThatThrownBy(() -> text(old, "SELECT pg_sleep(30)")).isInstanceOf(SQLException.class);
      assertThat(text(current, "SELECT 1")).isEqualTo("1");
      while (!text(superuser, "SELECT drover.evict(50, 2)").equals("0")) {
        Thread.onSpinWait();
      }
      text(superuser, "SELECT drover.forget_sessions()");
      assertThat(
              text(
                  superuser,
                  "SELECT string_agg(epoch::text, ',') FROM drover.session WHERE coordinator = 50"))
          .isEqualTo("2");
    }
  }

  /** The race that matters: a hello that has not committed while its coordinator is fenced. */
  @Test
  void aFenceWaitsForAHelloInProgressAndThenFindsItsBackend() throws Exception {
    try (Connection superuser = server.connect();
        Connection watcher = server.connect();
        Connection zombie = server.connect("postgres", "client")) {
      String pid = text(superuser, "SELECT pg_backend_pid()");
      run(zombie, "BEGIN");
      text(zombie, "SELECT drover.hello(60, 1)");
      CompletableFuture<String> fenced =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  text(superuser, "SELECT drover.fence(60, 2)");
                  return text(superuser, "SELECT drover.evict(60, 2)");
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      while (text(watcher, "SELECT cardinality(pg_blocking_pids(%s))".formatted(pid)).equals("0")) {
        Thread.onSpinWait();
      }
      commitOrBeEvicted(zombie);
      assertThat(fenced.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo("1");
    }
  }

  /** A commit releases its locks before it is answered, so an eviction may come in between. */
  private static void commitOrBeEvicted(Connection connection) throws SQLException {
    try {
      run(connection, "COMMIT");
    } catch (SQLException e) {
      assertThat(e.getSQLState()).isEqualTo("57P01");
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String text(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
