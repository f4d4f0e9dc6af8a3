package dev.drover.deploy.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * One client of the bank. It tries each transfer until it is done, under one id: when the answer to
 * a COMMIT is lost, the second try meets the first one's row in the journal and knows.
 *
 * <p>Threads: confined to one.
 */
final class Teller {
  private static final long IDS_PER_TELLER = 1_000_000_000L;
  private static final int MOST_AMOUNT = 50;
  private static final long GIVE_UP_SECONDS = 60;
  private static final long PAUSE_MILLIS = 50;
  private static final String UNIQUE_VIOLATION = "23505";
  private static final String NO_STATE = "none";

  private record Transfer(long id, long payer, long payee, long amount) {}

  private final DemoCluster cluster;
  private final int number;
  private final Counters counters;
  private final RandomGenerator random;
  private Optional<Connection> connection = Optional.empty();

  Teller(DemoCluster cluster, int number, Counters counters) {
    this.cluster = cluster;
    this.number = number;
    this.counters = counters;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(number);
  }

  void work(BooleanSupplier goesOn) {
    long id = number * IDS_PER_TELLER;
    while (goesOn.getAsBoolean()) {
      id++;
      persist(new Transfer(id, account(), account(), 1L + random.nextInt(MOST_AMOUNT)));
    }
    disconnect();
  }

  private long account() {
    return 1L + random.nextInt(Bank.ACCOUNTS);
  }

  private void persist(Transfer transfer) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GIVE_UP_SECONDS);
    while (System.nanoTime() < deadline) {
      try {
        if (!isDone(transfer)) {
          continue;
        }
        counters.committedOne();
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** One try. */
  private boolean isDone(Transfer transfer) throws InterruptedException {
    try {
      Connection current = connected();
      move(current, transfer);
      current.commit();
      return true;
    } catch (SQLException e) {
      boolean wasDoneBefore = UNIQUE_VIOLATION.equals(e.getSQLState());
      if (!wasDoneBefore) {
        counters.failed(e.getSQLState() == null ? NO_STATE : e.getSQLState(), e.getMessage());
      }
      recover();
      return wasDoneBefore;
    }
  }

  private void move(Connection current, Transfer transfer) throws SQLException {
    update(
        current,
        Bank.JOURNAL,
        transfer.id(),
        transfer.payer(),
        transfer.payee(),
        transfer.amount());
    update(current, Bank.UPDATE, -transfer.amount(), transfer.payer());
    update(current, Bank.UPDATE, transfer.amount(), transfer.payee());
    if (transfer.id() % Bank.COUNTED == 0) {
      update(current, Bank.COUNT, number);
    }
  }

  private static void update(Connection current, String sql, long... values) throws SQLException {
    try (PreparedStatement statement = current.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setLong(i + 1, values[i]);
      }
      if (statement.executeUpdate() != 1) {
        throw new SQLException("not one row: " + sql);
      }
    }
  }

  private Connection connected() throws SQLException {
    if (connection.isEmpty()) {
      Connection fresh = cluster.connect();
      connection = Optional.of(fresh);
      fresh.setAutoCommit(false);
    }
    return connection.get();
  }

  /** A rollback where the connection is still good for one, else a new connection. */
  private void recover() throws InterruptedException {
    try {
      if (connection.isPresent()) {
        connection.get().rollback();
      }
    } catch (SQLException e) {
      disconnect();
    }
    Thread.sleep(PAUSE_MILLIS);
  }

  private void disconnect() {
    try {
      if (connection.isPresent()) {
        connection.get().close();
      }
    } catch (SQLException e) {
      counters.failed(NO_STATE, e.getMessage());
    } finally {
      connection = Optional.empty();
    }
  }
}
