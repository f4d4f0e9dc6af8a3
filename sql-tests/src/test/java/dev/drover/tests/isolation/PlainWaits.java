package dev.drover.tests.isolation;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;

/** Waits of one server, as its own isolation tests see them. */
final class PlainWaits implements Waits {
  private static final String QUERY =
      "SELECT pg_catalog.pg_isolation_test_session_is_blocked(?, ?)";

  private final Connection connection;
  private final PreparedStatement query;
  private final Integer[] others;

  private PlainWaits(Connection connection, PreparedStatement query, Integer[] others) {
    this.connection = connection;
    this.query = query;
    this.others = others;
  }

  static PlainWaits of(Endpoint server, Collection<Actor> actors) {
    try {
      Connection connection = server.connect();
      Integer[] others = actors.stream().map(Actor::processId).toArray(Integer[]::new);
      return new PlainWaits(connection, connection.prepareStatement(QUERY), others);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean isBlocked(Actor actor) {
    try {
      query.setInt(1, actor.processId());
      query.setArray(2, connection.createArrayOf("int4", others));
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    Connections.close(connection);
  }
}
