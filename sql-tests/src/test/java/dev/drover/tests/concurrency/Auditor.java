package dev.drover.tests.concurrency;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.BooleanSupplier;

/**
 * Adds up the balances of a {@link Bank} over and over, whatever breaks meanwhile: an error is no
 * answer, but a wrong sum is a wrong one.
 *
 * <p>Threads: confined to one.
 */
final class Auditor {
  private static final String SUM = "SELECT sum(balance) FROM bank_accounts";

  private final Endpoint server;
  private long right;
  private long wrong;

  Auditor(Endpoint server) {
    this.server = server;
  }

  /** How many sums were right and how many were not. */
  record Sums(long right, long wrong) {
    Sums plus(Sums other) {
      return new Sums(right + other.right, wrong + other.wrong);
    }
  }

  Sums work(BooleanSupplier goesOn) {
    while (goesOn.getAsBoolean()) {
      try (Connection connection = server.connect(Teller.settings());
          Statement statement = connection.createStatement()) {
        while (goesOn.getAsBoolean()) {
          add(statement);
          statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
          add(statement);
          add(statement);
          statement.execute("COMMIT");
        }
      } catch (SQLException e) {
        Thread.onSpinWait(); // it is away, or a node is: the next try will tell
      }
    }
    return new Sums(right, wrong);
  }

  private void add(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery(SUM)) {
      row.next();
      if (row.getLong(1) == Bank.ACCOUNTS * Bank.OPENING_BALANCE) {
        right++;
      } else {
        wrong++;
      }
    }
  }
}
