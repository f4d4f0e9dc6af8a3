package dev.drover.tests.concurrency;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;

/**
 * Rows on several nodes whose writers make every inconsistent read visible.
 *
 * <p>Movers take from one account and give to another in one transaction, so the sum of the
 * accounts never changes. Climbers raise the steps of their own ladder one after the other, each in
 * a transaction of its own: whoever sees a step raised must see those below it raised as often.
 */
final class Vault {
  static final int ACCOUNTS = 30;
  static final int LADDERS = 4;
  static final int STEPS = 3;
  static final int ROWS = ACCOUNTS + LADDERS * STEPS;
  static final long OPENING_BALANCE = 1000;

  private final Endpoint endpoint;
  private final AtomicLongArray acknowledged = new AtomicLongArray(ROWS + 1);

  private Vault(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  static Vault create(Endpoint endpoint) throws SQLException {
    Vault vault = new Vault(endpoint);
    vault.execute("DROP TABLE IF EXISTS vault");
    vault.execute(
        "CREATE TABLE vault (id int PRIMARY KEY, v bigint NOT NULL) DISTRIBUTE BY HASH (id)");
    vault.execute(
        "INSERT INTO vault SELECT g, CASE WHEN g <= %d THEN %d ELSE 0 END FROM generate_series(1, %d) g"
            .formatted(ACCOUNTS, OPENING_BALANCE, ROWS));
    return vault;
  }

  void drop() throws SQLException {
    execute("DROP TABLE vault");
  }

  /** The row of a step; the rows of a ladder lie wherever their hash says. */
  static int step(int ladder, int step) {
    return ACCOUNTS + 1 + ladder * STEPS + step;
  }

  /** How often each step was raised by transactions that were acknowledged before this call. */
  long[] acknowledged() {
    long[] copy = new long[ROWS + 1];
    for (int id = 1; id <= ROWS; id++) {
      copy[id] = acknowledged.get(id);
    }
    return copy;
  }

  /** Half of the writers move money, half climb; the number of transactions. */
  long write(List<Endpoint> servers, int writers, BooleanSupplier goesOn) {
    return Crowd.run(
            writers,
            number -> {
              Endpoint server = servers.get(number % servers.size());
              return () ->
                  number % 2 == 0
                      ? move(server, number, goesOn)
                      : climb(server, number / 2, goesOn);
            })
        .stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  private long move(Endpoint server, int number, BooleanSupplier goesOn) throws SQLException {
    Random random = new Random(number);
    long done = 0;
    try (Connection connection = server.connect();
        PreparedStatement add =
            connection.prepareStatement("UPDATE vault SET v = v + ? WHERE id = ?")) {
      connection.setAutoCommit(false);
      while (goesOn.getAsBoolean()) {
        int first = 1 + random.nextInt(ACCOUNTS - 1);
        int second = first + 1 + random.nextInt(ACCOUNTS - first);
        int amount = random.nextInt(20) - 10;
        try {
          add(add, first, amount);
          add(add, second, -amount);
          connection.commit();
          done++;
        } catch (SQLException e) {
          requireRetryable(e);
          connection.rollback();
        }
      }
    }
    return done;
  }

  private static void requireRetryable(SQLException e) throws SQLException {
    if (e.getSQLState() == null || !e.getSQLState().startsWith("40")) {
      throw e;
    }
  }

  private long climb(Endpoint server, int ladder, BooleanSupplier goesOn) throws SQLException {
    long done = 0;
    try (Connection connection = server.connect();
        PreparedStatement add =
            connection.prepareStatement("UPDATE vault SET v = v + ? WHERE id = ?")) {
      while (goesOn.getAsBoolean()) {
        for (int step = 0; step < STEPS; step++) {
          int id = step(ladder, step);
          add(add, id, 1);
          acknowledged.incrementAndGet(id);
          done++;
        }
      }
    }
    return done;
  }

  private static void add(PreparedStatement add, int id, int amount) throws SQLException {
    add.setInt(1, amount);
    add.setInt(2, id);
    if (add.executeUpdate() != 1) {
      throw new AssertionError("no row " + id);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = endpoint.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Every number of a ladder's rows, lowest step first. */
  static List<Integer> ladder(int ladder) {
    List<Integer> ids = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      ids.add(step(ladder, step));
    }
    return ids;
  }
}
