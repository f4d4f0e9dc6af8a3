package dev.drover.pgwire.server;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** The roles that log in by each method. */
final class TestRoles {
  private TestRoles() {}

  static void create(PostgresServer server) {
    String url = "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(server.port());
    String password = "PASSWORD '" + PostgresServer.PASSWORD + "'";
    try (Connection connection = DriverManager.getConnection(url, "postgres", "");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE scram_role LOGIN " + password);
      statement.execute("CREATE ROLE clear_role LOGIN " + password);
      statement.execute("SET password_encryption = md5");
      statement.execute("CREATE ROLE md5_role LOGIN " + password);
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }
}
