package dev.drover.tests.moves;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A transaction that has written, on each of some servers: no job begins to copy before its end.
 */
final class Obstacle implements AutoCloseable {
  private final List<Connection> connections = new ArrayList<>();

  Obstacle(List<Endpoint> servers) throws SQLException {
    for (Endpoint server : servers) {
      Connection connection = server.connect();
      connections.add(connection);
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("SELECT pg_current_xact_id()");
      }
    }
  }

  @Override
  public void close() throws SQLException {
    for (Connection connection : connections) {
      connection.close();
    }
  }
}
