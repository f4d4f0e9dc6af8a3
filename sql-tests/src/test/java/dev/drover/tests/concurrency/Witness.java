package dev.drover.tests.concurrency;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;

/**
 * Reads a whole {@link Vault} over and over and compares what it sees with what must be seen.
 *
 * <p>Threads: {@link #watch} may be called by many at once.
 */
final class Witness {
  /** How the rows are asked for; each takes another way through the coordinator. */
  enum Shape {
    CONCATENATED("SELECT id, v FROM vault"),
    MERGED("SELECT id, v FROM vault ORDER BY id"),
    GATHERED("SELECT min(id), sum(v) FROM vault GROUP BY id"),
    PULLED("SELECT a.id, (a.v + b.v) / 2 FROM vault a FULL JOIN vault b ON b.id + 0 = a.id"),
    MOVED("SELECT a.id, (a.v + b.v) / 2 FROM vault a JOIN vault b ON b.id + 0 = a.id");

    private final String sql;

    Shape(String sql) {
      this.sql = sql;
    }
  }

  /**
   * How a read is wrapped.
   *
   * @param begin before it, or empty for a read by itself
   * @param rereads reads in the transaction that have to show the same as the first one
   */
  record Manner(String begin, int rereads, Weather weather) {
    Manner(String begin, int rereads) {
      this(begin, rereads, Weather.CALM);
    }
  }

  /** Rows stay on their nodes, or go to one place. */
  static final List<Shape> STAYING = List.of(Shape.CONCATENATED, Shape.MERGED, Shape.GATHERED);

  /** Rows of several exchanges meet, on one place or on all nodes. */
  static final List<Shape> MOVING = List.of(Shape.PULLED, Shape.MOVED);

  private final Vault vault;
  private final List<Shape> shapes;
  private final AtomicLongArray seen = new AtomicLongArray(Vault.ROWS + 1);

  Witness(Vault vault, List<Shape> shapes) {
    this.vault = vault;
    this.shapes = List.copyOf(shapes);
  }

  Anomalies watch(
      List<Endpoint> servers,
      int readers,
      Manner manner,
      Properties settings,
      BooleanSupplier goesOn) {
    return Crowd.run(
            readers,
            number -> () -> watch(servers.get(number % servers.size()), manner, settings, goesOn))
        .stream()
        .reduce(Anomalies.NONE, Anomalies::plus);
  }

  private Anomalies watch(
      Endpoint server, Manner manner, Properties settings, BooleanSupplier goesOn)
      throws SQLException {
    Anomalies total = Anomalies.NONE;
    while (goesOn.getAsBoolean()) {
      try (Connection connection = server.connect(manner.weather().settings(settings));
          Statement statement = connection.createStatement()) {
        for (int turn = 0; goesOn.getAsBoolean(); turn++) {
          total = total.plus(turn(statement, shapes.get(turn % shapes.size()), manner));
        }
      } catch (SQLException e) {
        manner.weather().forgive(e);
      }
    }
    return total;
  }

  private Anomalies turn(Statement statement, Shape shape, Manner manner) throws SQLException {
    if (manner.begin().isEmpty()) {
      return read(statement, shape);
    }
    statement.execute(manner.begin());
    Anomalies seen = read(statement, shape).plus(readAgain(statement, manner));
    statement.execute("COMMIT");
    return seen;
  }

  private Anomalies readAgain(Statement statement, Manner manner) throws SQLException {
    Anomalies total = Anomalies.NONE;
    if (manner.rereads() == 0) {
      return total.plus(read(statement, Shape.CONCATENATED));
    }
    long[] first = rows(statement, Shape.MERGED);
    for (int i = 0; i < manner.rereads(); i++) {
      long[] again = rows(statement, Shape.CONCATENATED);
      int changed = java.util.Arrays.equals(first, again) ? 0 : 1;
      total = total.plus(new Anomalies(1, changed, 0, 0, 0));
    }
    return total;
  }

  private Anomalies read(Statement statement, Shape shape) throws SQLException {
    long[] acknowledged = vault.acknowledged();
    long[] before = new long[Vault.ROWS + 1];
    for (int id = Vault.ACCOUNTS + 1; id <= Vault.ROWS; id++) {
      before[id] = seen.get(id);
    }
    long[] rows = rows(statement, shape);
    int stale = 0;
    int backward = 0;
    for (int id = Vault.ACCOUNTS + 1; id <= Vault.ROWS; id++) {
      stale |= rows[id] < acknowledged[id] ? 1 : 0;
      backward |= rows[id] < before[id] ? 1 : 0;
      seen.accumulateAndGet(id, rows[id], Math::max);
    }
    return new Anomalies(1, isFractured(rows) ? 1 : 0, isAcausal(rows) ? 1 : 0, stale, backward);
  }

  private static boolean isFractured(long[] rows) {
    long sum = 0;
    for (int id = 1; id <= Vault.ACCOUNTS; id++) {
      sum += rows[id];
    }
    return sum != Vault.ACCOUNTS * Vault.OPENING_BALANCE;
  }

  private static boolean isAcausal(long[] rows) {
    boolean acausal = false;
    for (int ladder = 0; ladder < Vault.LADDERS; ladder++) {
      for (int step = 1; step < Vault.STEPS; step++) {
        acausal |= rows[Vault.step(ladder, step)] > rows[Vault.step(ladder, step - 1)];
      }
    }
    return acausal;
  }

  private static long[] rows(Statement statement, Shape shape) throws SQLException {
    long[] rows = new long[Vault.ROWS + 1];
    int count = 0;
    try (ResultSet result = statement.executeQuery(shape.sql)) {
      while (result.next()) {
        rows[result.getInt(1)] = result.getLong(2);
        count++;
      }
    }
    if (count != Vault.ROWS) {
      throw new AssertionError(count + " rows");
    }
    return rows;
  }
}
