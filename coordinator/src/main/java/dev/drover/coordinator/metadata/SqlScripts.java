package dev.drover.coordinator.metadata;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The SQL files beside this class, run as the role that owns Drover's objects. */
final class SqlScripts {
  static final List<String> CATALOG =
      List.of(
          "catalog.sql",
          "jobs.sql",
          "cluster.sql",
          "definitions.sql",
          "reshape.sql",
          "snapshot.sql",
          "exact.sql",
          "views.sql",
          "statistics.sql");
  static final List<String> DATANODE =
      List.of("node-ddl.sql", "exact.sql", "redistribution.sql", "modulo.sql", "moves.sql");

  /** Superuser, and owner of everything that Drover makes. */
  static final String OWNER = "drover";

  private SqlScripts() {}

  /** In one transaction, which the caller commits. */
  static void run(Connection connection, List<String> files) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'drover') THEN
              CREATE ROLE drover SUPERUSER LOGIN;
            END IF;
          END $$\
          """);
      statement.execute("SET LOCAL ROLE " + OWNER);
      statement.execute("SET LOCAL client_min_messages = warning");
      for (String file : files) {
        statement.execute(text(file));
      }
      statement.execute("RESET ROLE");
    }
  }

  static String text(String file) {
    try (InputStream in = SqlScripts.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("resource " + file + " is missing");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
