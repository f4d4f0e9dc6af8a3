package dev.drover.tests.concurrency;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/** What the servers are doing, for the message of a test that failed. */
final class Situation {
  private static final String PREPARED =
      "SELECT 'prepared ' || gid || ' since ' || prepared FROM pg_prepared_xact()";
  private static final String ACTIVE =
      """
      SELECT format('%s as %s since %s: %s (%s), blocked by %s: %s', pid, application_name,
        state_change, state, wait_event, pg_blocking_pids(pid), left(query, 120))
      FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
      ORDER BY state, pid\
      """;

  private Situation() {}

  static String of(List<Endpoint> servers) {
    return servers.stream().map(Situation::of).collect(Collectors.joining("\n", "\n", "\n"));
  }

  private static String of(Endpoint server) {
    try (Connection connection = server.connect()) {
      return server.port() + ":\n" + lines(connection, PREPARED) + lines(connection, ACTIVE);
    } catch (SQLException e) {
      return server.port() + ": " + e.getMessage();
    }
  }

  private static String lines(Connection connection, String sql) throws SQLException {
    StringBuilder lines = new StringBuilder();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        lines.append("  ").append(rows.getString(1)).append('\n');
      }
    }
    return lines.toString();
  }
}
