package dev.drover.tests.moves;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that do their work again and again, each on a connection of its own, until they are
 * stopped; how often each succeeded, and what it met.
 *
 * <p>Threads: thread-safe.
 */
final class Clients {
  private final Endpoint drover;
  private final Map<String, AtomicLong> done = new ConcurrentSkipListMap<>();
  private final Map<String, AtomicLong> errors = new ConcurrentSkipListMap<>();
  private final List<String> wrong = new ArrayList<>();
  private final List<CompletableFuture<Void>> clients = new ArrayList<>();
  private volatile boolean goesOn = true;

  /** One turn of a client; whatever it throws is rolled back and counted. */
  interface Work {
    void run(Connection connection, Random random) throws SQLException;
  }

  Clients(Endpoint drover) {
    this.drover = drover;
  }

  void begin(String name, Work work) {
    Random random = new Random(clients.size());
    clients.add(
        CompletableFuture.runAsync(() -> repeat(name, work, random), Thread::startVirtualThread));
  }

  private void repeat(String name, Work work, Random random) {
    try (Connection connection = drover.connect()) {
      while (goesOn) {
        once(name, work, connection, random);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(name, e);
    }
  }

  private void once(String name, Work work, Connection connection, Random random)
      throws SQLException {
    try {
      work.run(connection, random);
      count(done, name);
    } catch (SQLException e) {
      count(errors, name + ": " + e.getSQLState() + " " + e.getMessage());
      rollBack(connection);
    }
  }

  private static void count(Map<String, AtomicLong> counts, String what) {
    counts.computeIfAbsent(what, _ -> new AtomicLong()).incrementAndGet();
  }

  /** Whether the driver has begun the transaction or the client's own BEGIN. */
  private static void rollBack(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
      connection.setAutoCommit(true);
      return;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("ROLLBACK");
    }
  }

  /** An answer that cannot be. */
  void wrong(String what) {
    synchronized (wrong) {
      wrong.add(what);
    }
  }

  /** What was wrong so far. */
  List<String> wrong() {
    synchronized (wrong) {
      return List.copyOf(wrong);
    }
  }

  /** Returns when the last turns have ended. */
  void stop() {
    goesOn = false;
    clients.forEach(CompletableFuture::join);
  }

  /** How often each error was met. */
  Map<String, AtomicLong> errors() {
    return new TreeMap<>(errors);
  }

  @Override
  public String toString() {
    return "done %s, errors %s".formatted(done, errors);
  }
}
