package dev.drover.tests.concurrency;

import dev.drover.tests.Endpoint;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * One client of the bank: transfers one after the other, and connects again when cut off.
 *
 * <p>Threads: confined to one.
 */
final class Teller {
  private static final long IDS_PER_TELLER = 1_000_000;
  private static final int MAX_AMOUNT = 20;
  private static final int SOCKET_TIMEOUT_SECONDS = 30;
  private static final String UNKNOWN_OUTCOME = "08007";
  private static final String CONNECTION_CLASS = "08";
  private static final String SHUTDOWN_CLASS = "57P";

  private final Endpoint server;
  private final long firstId;
  private final Random random;
  private final Set<Long> acknowledged = new HashSet<>();
  private final Set<Long> refused = new HashSet<>();
  private final Set<Long> unknown = new HashSet<>();

  Teller(Endpoint server, int number) {
    this.server = server;
    this.firstId = number * IDS_PER_TELLER;
    this.random = new Random(number);
  }

  Outcomes work(BooleanSupplier goesOn) {
    long next = firstId;
    while (goesOn.getAsBoolean()) {
      try (Connection connection = server.connect(settings())) {
        connection.setAutoCommit(false);
        while (goesOn.getAsBoolean() && !connection.isClosed()) {
          transfer(connection, next++);
        }
      } catch (SQLException e) {
        requireLostConnection(e);
      }
    }
    return new Outcomes(acknowledged, refused, unknown);
  }

  private static Properties settings() {
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
      requireRetryable(e);
      connection.rollback();
      return;
    }
    commit(connection, id);
  }

  private void commit(Connection connection, long id) throws SQLException {
    try {
      connection.commit();
      acknowledged.add(id);
    } catch (SQLException e) {
      boolean isUnknown = isLost(e) || e.getSQLState().equals(UNKNOWN_OUTCOME);
      (isUnknown ? unknown : refused).add(id);
      requireRetryable(e);
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
  private static void requireRetryable(SQLException e) {
    boolean isRetry = e.getSQLState() != null && e.getSQLState().startsWith("40");
    if (!isRetry && !isLost(e)) {
      throw new AssertionError("unexpected " + e.getSQLState() + ": " + e.getMessage(), e);
    }
  }

  private static void requireLostConnection(SQLException e) {
    if (!isLost(e)) {
      throw new AssertionError("unexpected " + e.getSQLState() + ": " + e.getMessage(), e);
    }
  }

  private static boolean isLost(SQLException e) {
    if (e.getCause() instanceof SocketTimeoutException) {
      throw new AssertionError("the server left a client hanging", e);
    }
    String state = e.getSQLState();
    return state == null || state.startsWith(CONNECTION_CLASS) || state.startsWith(SHUTDOWN_CLASS);
  }
}
