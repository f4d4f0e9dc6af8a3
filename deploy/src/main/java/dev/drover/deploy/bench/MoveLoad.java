package dev.drover.deploy.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients that read and write one row after another, and how long each slot has kept one waiting.
 *
 * <p>Threads: confined to one; the clients have their own.
 */
final class MoveLoad implements AutoCloseable {
  private static final int WRITES_PER_READ = 3;

  private final DroverCluster cluster;
  private final List<int[]> keys;
  private final AtomicLongArray longestMicros;
  private final LongAdder done = new LongAdder();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> clients = new ArrayList<>();
  private volatile boolean isOver;

  /** {@code keys} are those of each slot; begins at once. */
  MoveLoad(DroverCluster cluster, List<int[]> keys, int clientCount) {
    this.cluster = cluster;
    this.keys = keys;
    this.longestMicros = new AtomicLongArray(keys.size());
    for (int i = 0; i < clientCount; i++) {
      int seed = i;
      clients.add(
          threads.submit(
              () -> {
                work(new Random(seed));
                return "";
              }));
    }
  }

  /** Forgets how long slots have kept clients waiting. */
  void reset() {
    for (int slot = 0; slot < longestMicros.length(); slot++) {
      longestMicros.set(slot, 0);
    }
  }

  long longestMicros(int slot) {
    return longestMicros.get(slot);
  }

  /** Of all slots but one. */
  long longestMicrosElsewhere(int slot) {
    long longest = 0;
    for (int other = 0; other < longestMicros.length(); other++) {
      longest = other == slot ? longest : Math.max(longest, longestMicros.get(other));
    }
    return longest;
  }

  long count() {
    return done.sum();
  }

  private void work(Random random) throws SQLException {
    try (Client client = Client.of(cluster);
        PreparedStatement update =
            prepare(client, "UPDATE %s SET balance = balance + 1 WHERE id = ?", MoveTables.FIRST);
        PreparedStatement change =
            prepare(client, "UPDATE %s SET note = note WHERE id = ?", MoveTables.SECOND);
        PreparedStatement select =
            prepare(client, "SELECT balance FROM %s WHERE id = ?", MoveTables.FIRST)) {
      List<PreparedStatement> kinds = List.of(update, change, update, select);
      for (int turn = 0; !isOver; turn++) {
        int slot = random.nextInt(keys.size());
        int[] ofSlot = keys.get(slot);
        if (ofSlot.length > 0) {
          once(
              kinds.get(turn % (WRITES_PER_READ + 1)), slot, ofSlot[random.nextInt(ofSlot.length)]);
        }
      }
    }
  }

  private static PreparedStatement prepare(Client client, String sql, String table)
      throws SQLException {
    Connection connection = client.connection();
    return connection.prepareStatement(sql.formatted(table));
  }

  private void once(PreparedStatement statement, int slot, int key) throws SQLException {
    statement.setInt(1, key);
    long began = System.nanoTime();
    if (statement.execute()) {
      try (ResultSet rows = statement.getResultSet()) {
        rows.next();
      }
    }
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began);
    longestMicros.accumulateAndGet(slot, micros, Math::max);
    done.increment();
  }

  /** Throws what made a client end. */
  @Override
  public void close() {
    isOver = true;
    try (threads) {
      for (Future<?> client : clients) {
        client.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted", e);
    } catch (ExecutionException e) {
      throw new BenchException("a client failed: " + e.getCause().getMessage(), e);
    }
  }
}
