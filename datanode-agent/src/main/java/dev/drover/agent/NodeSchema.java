package dev.drover.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.agent.postgres.ServerFailedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The schema {@code drover} that every server of a cluster carries ({@code node.sql}). */
public final class NodeSchema {
  private static final String RESOURCE = "node.sql";

  private NodeSchema() {}

  /**
   * Creates what is missing, in one transaction that waits for no other node.
   *
   * @param connection of the superuser {@code drover}, in autocommit mode
   */
  public static void install(Connection connection) {
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN; SET LOCAL client_min_messages = warning;" + script() + "COMMIT");
    } catch (SQLException e) {
      throw new ServerFailedException("cannot create schema drover: " + e.getMessage(), e);
    }
  }

  private static String script() {
    try (InputStream resource = NodeSchema.class.getResourceAsStream(RESOURCE)) {
      return new String(resource.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
