package dev.drover.tests.concurrency;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;

/**
 * Rows on several nodes whose writers make every inconsistent read visible.
 *
 * <p>Movers take from one account and give to another in one transaction, so the sum of the
 * accounts never changes. Climbers raise the steps of their own ladder one after the other, each in
 * a transaction of its own: whoever sees a step raised must see those below it as high. In a storm
 * they raise a step again if they do not know whether they have.
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

  /** How high each step was raised by transactions that were acknowledged before this call. */
  long[] acknowledged() {
    long[] copy = new long[ROWS + 1];
    for (int id = 1; id <= ROWS; id++) {
      copy[id] = acknowledged.get(id);
    }
    return copy;
  }

  /** Half of the writers move money, half climb; the number of transactions. */
  long write(List<Endpoint> servers, int writers, Weather weather, BooleanSupplier goesOn) {
    return Crowd.run(
            writers,
            number -> {
              Endpoint server = servers.get(number % servers.size());
              return () ->
                  number % 2 == 0
                      ? move(server, number, weather, goesOn)
                      : climb(server, number / 2, weather, goesOn);
            })
        .stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  private long move(Endpoint server, int number, Weather weather, BooleanSupplier goesOn)
      throws SQLException {
    Random random = new Random(number);
    long done = 0;
    while (goesOn.getAsBoolean()) {
      try (Connection connection = server.connect(weather.settings(new Properties()));
          PreparedStatement add =
              connection.prepareStatement("UPDATE vault SET v = v + ? WHERE id = ?")) {
        connection.setAutoCommit(false);
        while (goesOn.getAsBoolean()) {
          done += move(connection, add, random) ? 1 : 0;
        }
      } catch (SQLException e) {
        weather.forgive(e);
      }
    }
    return done;
  }

  private static boolean move(Connection connection, PreparedStatement add, Random random)
      throws SQLException {
    int first = 1 + random.nextInt(ACCOUNTS - 1);
    int second = first + 1 + random.nextInt(ACCOUNTS - first);
    int amount = random.nextInt(20) - 10;
    try {
      change(add, first, amount);
      change(add, second, -amount);
      connection.commit();
      return true;
    } catch (SQLException e) {
      requireRetryable(e);
      connection.rollback();
      return false;
    }
  }

  private static void requireRetryable(SQLException e) throws SQLException {
    if (e.getSQLState() == null || !e.getSQLState().startsWith("40")) {
      throw e;
    }
  }

  private long climb(Endpoint server, int ladder, Weather weather, BooleanSupplier goesOn)
      throws SQLException {
    int done = 0;
    while (goesOn.getAsBoolean()) {
      try (Connection connection = server.connect(weather.settings(new Properties()));
          PreparedStatement raise =
              connection.prepareStatement("UPDATE vault SET v = greatest(v, ?) WHERE id = ?")) {
        while (goesOn.getAsBoolean()) {
          int id = step(ladder, done % STEPS);
          int height = 1 + done / STEPS;
          change(raise, id, height);
          acknowledged.set(id, height);
          done++;
        }
      } catch (SQLException e) {
        weather.forgive(e);
      }
    }
    return done;
  }

  private static void change(PreparedStatement update, int id, int amount) throws SQLException {
    update.setInt(1, amount);
    update.setInt(2, id);
    if (update.executeUpdate() != 1) {
      throw new AssertionError("no row " + id);
    }
  }

  private void execute(String sql) throws SQLException {
    endpoint.run(sql);
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
