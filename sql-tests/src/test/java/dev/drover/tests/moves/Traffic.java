package dev.drover.tests.moves;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Clients that use a table of accounts in every way while its slots move. Each change that was
 * acknowledged is counted, row by row; sums are read all the time and must never differ.
 */
final class Traffic {
  static final int ROWS = 400;
  static final long SUM = ROWS * 100L;

  private final Endpoint drover;
  private final String table;
  private final Clients clients;
  private final AtomicLongArray counts = new AtomicLongArray(ROWS + 1);
  private final AtomicLong everywhere = new AtomicLong();

  Traffic(Endpoint drover, String table) {
    this.drover = drover;
    this.table = table;
    this.clients = new Clients(drover);
  }

  static String create(String table, String distribution) {
    return """
    CREATE TABLE %1$s (id int PRIMARY KEY, n bigint NOT NULL DEFAULT 0,
      everywhere bigint NOT NULL DEFAULT 0, balance bigint NOT NULL DEFAULT 100)
      DISTRIBUTE BY %2$s;
    INSERT INTO %1$s (id) SELECT generate_series(1, %3$d)
    """
        .formatted(table, distribution, ROWS);
  }

  void start() {
    startGently();
    clients.begin("everywhere", this::everywhere);
    clients.begin("sum twice", this::sumTwice);
  }

  /** Nobody who changes all rows, or holds what has been read. */
  void startGently() {
    clients.begin("count", this::count);
    clients.begin("count", this::count);
    clients.begin("transfer", this::transfer);
    clients.begin("sum", this::sum);
  }

  private void count(Connection connection, Random random) throws SQLException {
    int id = 1 + random.nextInt(ROWS);
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE " + table + " SET n = n + 1 WHERE id = ?")) {
      update.setInt(1, id);
      if (update.executeUpdate() == 1) {
        counts.incrementAndGet(id);
      } else {
        clients.wrong("row " + id + " was not found");
      }
    }
  }

  private void transfer(Connection connection, Random random) throws SQLException {
    connection.setAutoCommit(false);
    int from = 1 + random.nextInt(ROWS / 2);
    int to = from + 1 + random.nextInt(ROWS / 2);
    try (Statement statement = connection.createStatement()) {
      for (String change : new String[] {"- 1 WHERE id = " + from, "+ 1 WHERE id = " + to}) {
        if (statement.executeUpdate("UPDATE " + table + " SET balance = balance " + change) != 1) {
          clients.wrong("no row for " + change);
        }
      }
      connection.commit();
    }
    connection.setAutoCommit(true);
  }

  private void everywhere(Connection connection, Random random) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int rows = statement.executeUpdate("UPDATE " + table + " SET everywhere = everywhere + 1");
      everywhere.incrementAndGet();
      if (rows != ROWS) {
        clients.wrong("an update of all rows found " + rows);
      }
    }
  }

  private void sum(Connection connection, Random random) throws SQLException {
    check(connection);
  }

  private void sumTwice(Connection connection, Random random) throws SQLException {
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    check(connection);
    check(connection);
    connection.commit();
    connection.setAutoCommit(true);
  }

  private void check(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*), sum(balance) FROM " + table)) {
      row.next();
      if (row.getLong(1) != ROWS || row.getLong(2) != SUM) {
        clients.wrong("%d rows with the sum %d".formatted(row.getLong(1), row.getLong(2)));
      }
    }
  }

  /** Stops the clients; what is wrong with the answers they got and the rows they have left. */
  List<String> stop() throws SQLException {
    clients.stop();
    try (Connection connection = drover.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT id, n, everywhere FROM " + table)) {
      while (row.next()) {
        long counted = counts.get(row.getInt(1));
        if (row.getLong(2) != counted || row.getLong(3) != everywhere.get()) {
          clients.wrong(
              "row %d has %d and %d instead of %d and %d"
                  .formatted(
                      row.getInt(1), row.getLong(2), row.getLong(3), counted, everywhere.get()));
        }
      }
      check(connection);
    }
    return clients.wrong();
  }

  /** How often each error was met. */
  Map<String, AtomicLong> errors() {
    return clients.errors();
  }

  @Override
  public String toString() {
    return clients.toString();
  }
}
