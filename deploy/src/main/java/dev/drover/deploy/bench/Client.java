package dev.drover.deploy.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * A connection of the benchmark itself to a contender.
 *
 * <p>Threads: confined to one.
 */
record Client(Connection connection) implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final String SOCKET_LIMIT_SECONDS = "300";

  static Client of(Contender contender) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", "postgres");
    properties.setProperty("socketTimeout", SOCKET_LIMIT_SECONDS);
    return new Client(
        DriverManager.getConnection(
            "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(contender.port()), properties));
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Reads the whole result; the number of its rows. */
  int query(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      int count = 0;
      while (rows.next()) {
        count++;
      }
      return count;
    }
  }

  long number(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  String text(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** Returns the number of rows. */
  long copy(String table, byte[] rows) throws SQLException {
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY %s FROM STDIN".formatted(table));
    try {
      for (int from = 0; from < rows.length; from += CHUNK_BYTES) {
        copy.writeToCopy(rows, from, Math.min(CHUNK_BYTES, rows.length - from));
      }
      return copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
