package dev.drover.redistribute.move;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A connection of a job to one server, in autocommit mode.
 *
 * <p>Threads: confined to one thread at a time.
 */
public record Link(Connection connection) implements AutoCloseable {
  public void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column of the first row. */
  public Optional<String> ask(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
    }
  }

  /** The first column of all rows. */
  public List<String> column(String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }

  public boolean is(String sql) throws SQLException {
    return ask(sql).filter(v -> v.equals("t")).isPresent();
  }

  /** All of it or nothing. */
  public void transaction(Body body) throws SQLException {
    connection.setAutoCommit(false);
    boolean done = false;
    try {
      body.run();
      connection.commit();
      done = true;
    } finally {
      if (!done) {
        connection.rollback();
      }
      connection.setAutoCommit(true);
    }
  }

  /** What happens in a transaction. */
  public interface Body {
    void run() throws SQLException;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
