package dev.drover.tests.concurrency;

import dev.drover.tests.Endpoint;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One client of the bank: transfers one after the other, and connects again when cut off.
 *
 * <p>Threads: confined to one.
 */
final class Teller {
  private static final long IDS_PER_TELLER = 1_000_000;
  private static final int MAX_AMOUNT = 20;
  private static final int TRANSFERS_PER_VISIT = 20;

  /** Longer than any restart and any lock of a transaction in doubt: who waits on, hangs. */
  private static final int SOCKET_TIMEOUT_SECONDS = 20;

  private static final String UNKNOWN_OUTCOME = "08007";
  private static final String CONNECTION_CLASS = "08";
  private static final String SHUTDOWN_CLASS = "57P";

  private final Endpoint server;
  private final Supplier<String> situation;
  private final long firstId;
  private final Random random;
  private long nextId;
  private final Set<Long> acknowledged = new HashSet<>();
  private final Set<Long> refused = new HashSet<>();
  private final Set<Long> unknown = new HashSet<>();

  /** {@code situation} describes the servers, for the report of a client that hangs. */
  Teller(Endpoint server, int number, Supplier<String> situation) {
    this.server = server;
    this.situation = situation;
    this.firstId = number * IDS_PER_TELLER;
    this.nextId = firstId;
    this.random = new Random(number);
  }

  Outcomes work(BooleanSupplier goesOn) {
    while (goesOn.getAsBoolean()) {
      try (Connection connection = server.connect(settings())) {
        connection.setAutoCommit(false);
        while (goesOn.getAsBoolean() && !connection.isClosed()) {
          workOnce(connection);
        }
      } catch (SQLException e) {
        requireLostConnection(e);
      }
    }
    return new Outcomes(acknowledged, refused, unknown);
  }

  private void workOnce(Connection connection) throws SQLException {
    transfer(connection, nextId++);
    if (random.nextInt(TRANSFERS_PER_VISIT) == 0) {
      visit(connection);
    }
  }

  /** No call waits longer than {@value #SOCKET_TIMEOUT_SECONDS} seconds. */
  static Properties settings() {
    Properties settings = new Properties();
    settings.setProperty("socketTimeout", Integer.toString(SOCKET_TIMEOUT_SECONDS));
    settings.setProperty("connectTimeout", Integer.toString(SOCKET_TIMEOUT_SECONDS));
    return settings;
  }

  private void transfer(Connection connection, long id) throws SQLException {
    int source = 1 + random.nextInt(Bank.ACCOUNTS);
    int target = 1 + random.nextInt(Bank.ACCOUNTS);
    int amount = 1 + random.nextInt(MAX_AMOUNT);
    try {
      update(
          connection,
          "UPDATE bank_accounts SET balance = balance - ? WHERE id = ?",
          amount,
          source);
      update(
          connection,
          "UPDATE bank_accounts SET balance = balance + ? WHERE id = ?",
          amount,
          target);
      update(connection, "INSERT INTO bank_ledger VALUES (?, ?, ?, ?)", id, source, target, amount);
      update(connection, "INSERT INTO bank_audit VALUES (?, ?)", id, amount);
    } catch (SQLException e) {
      refused.add(id);
      requireRetryable(e, id);
      connection.rollback();
      return;
    }
    commit(connection, id);
  }

  /** Changes whatever rows there are: a copy that misses one would stay different. */
  private void visit(Connection connection) throws SQLException {
    int amount = 1 + random.nextInt(MAX_AMOUNT);
    try (Statement statement = connection.createStatement()) {
      statement.execute("UPDATE bank_audit SET visits = visits + 1 WHERE amount = " + amount);
      connection.commit();
    } catch (SQLException e) {
      requireRetryable(e, firstId);
      connection.rollback();
    }
  }

  private void commit(Connection connection, long id) throws SQLException {
    try {
      connection.commit();
      acknowledged.add(id);
    } catch (SQLException e) {
      boolean isUnknown = isLost(e) || e.getSQLState().equals(UNKNOWN_OUTCOME);
      (isUnknown ? unknown : refused).add(id);
      requireRetryable(e, id);
    }
  }

  private static void update(Connection connection, String sql, long... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setLong(i + 1, values[i]);
      }
      if (statement.executeUpdate() != 1) {
        throw new AssertionError("one row expected: " + sql);
      }
    }
  }

  /** 40001 and 40P01 are part of the game; a node that is away may refuse for a while. */
  private void requireRetryable(SQLException e, long id) {
    boolean isRetry = e.getSQLState() != null && e.getSQLState().startsWith("40");
    if (!isRetry && !isLost(e)) {
      throw new AssertionError(
          "unexpected %s in transfer %d: %s".formatted(e.getSQLState(), id, e.getMessage()), e);
    }
  }

  private void requireLostConnection(SQLException e) {
    if (!isLost(e)) {
      throw new AssertionError("unexpected " + e.getSQLState() + ": " + e.getMessage(), e);
    }
  }

  private boolean isLost(SQLException e) {
    if (e.getCause() instanceof SocketTimeoutException) {
      throw new AssertionError(
          "%s left a client hanging: %s".formatted(server, situation.get()), e);
    }
    String state = e.getSQLState();
    return state == null || state.startsWith(CONNECTION_CLASS) || state.startsWith(SHUTDOWN_CLASS);
  }
}
