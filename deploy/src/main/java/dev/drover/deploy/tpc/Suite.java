package dev.drover.deploy.tpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;

/**
 * Tables with rows, and queries over them.
 *
 * <p>Threads: immutable; each load generates its rows anew.
 */
public record Suite(String name, List<SuiteTable> tables, List<Query> queries) {
  private static final int BUFFER_BYTES = 256 * 1024;

  public Suite {
    tables = List.copyOf(tables);
    queries = List.copyOf(queries);
  }

  /** Makes and fills all tables, one after another, in the connection's current schema. */
  public void load(Connection connection, Layout layout) throws SQLException {
    for (SuiteTable table : tables) {
      execute(connection, table.create(layout));
      copy(connection, table);
      for (String statement : table.complete(layout)) {
        execute(connection, statement);
      }
    }
  }

  /** The rows are generated while they are sent, so that none is kept. */
  private static void copy(Connection connection, SuiteTable table) throws SQLException {
    PGConnection server = connection.unwrap(PGConnection.class);
    String copy = "COPY %s FROM STDIN".formatted(table.name());
    try (OutputStream out = new PGCopyOutputStream(server, copy, BUFFER_BYTES)) {
      for (String row : table.rows()) {
        out.write((row + "\n").getBytes(UTF_8));
      }
    } catch (IOException e) {
      throw new SQLException("cannot fill " + table.name(), e);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
