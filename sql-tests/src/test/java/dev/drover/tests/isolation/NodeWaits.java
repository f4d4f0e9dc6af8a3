package dev.drover.tests.isolation;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Waits of a session of Drover: one of the servers has a backend of its name that waits for
 * another.
 */
final class NodeWaits implements Waits {
  private static final String QUERY =
      """
      SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity
        WHERE application_name = ? AND state = 'active' AND pid <> pg_catalog.pg_backend_pid()
          AND pg_catalog.cardinality(pg_catalog.pg_blocking_pids(pid)) > 0)\
      """;

  private record Node(Connection connection, PreparedStatement query) {}

  private final List<Node> nodes;

  private NodeWaits(List<Node> nodes) {
    this.nodes = nodes;
  }

  static NodeWaits of(List<Endpoint> servers) {
    List<Node> nodes = new ArrayList<>();
    try {
      for (Endpoint server : servers) {
        Connection connection = server.connect();
        nodes.add(new Node(connection, connection.prepareStatement(QUERY)));
      }
      return new NodeWaits(nodes);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean isBlocked(Actor actor) {
    return nodes.stream().anyMatch(node -> isBlocked(node, actor));
  }

  private static boolean isBlocked(Node node, Actor actor) {
    try {
      node.query().setString(1, actor.applicationName());
      try (ResultSet row = node.query().executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    nodes.forEach(node -> Connections.close(node.connection()));
  }
}
