package dev.drover.tests.histories;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A table of lists on several nodes. A few of them are in use at a time, so that transactions meet;
 * one that has grown long is left for a new one, whose row is not there yet.
 *
 * <p>Threads: thread-safe.
 */
final class Lists {
  private static final int IN_USE = 8;
  private static final int LONGEST = 40;

  private final AtomicInteger nextTransaction = new AtomicInteger();
  private final AtomicInteger nextValue = new AtomicInteger();
  private final AtomicIntegerArray lengths = new AtomicIntegerArray(IN_USE);
  private final AtomicIntegerArray generations = new AtomicIntegerArray(IN_USE);

  private Lists() {}

  static Lists create(Endpoint endpoint) throws SQLException {
    execute(
        endpoint,
        "DROP TABLE IF EXISTS lists",
        "CREATE TABLE lists (id int PRIMARY KEY, v text NOT NULL) DISTRIBUTE BY HASH (id)");
    return new Lists();
  }

  void drop(Endpoint endpoint) throws SQLException {
    execute(endpoint, "DROP TABLE lists");
  }

  private static void execute(Endpoint endpoint, String... commands) throws SQLException {
    try (Connection connection = endpoint.connect();
        Statement statement = connection.createStatement()) {
      for (String command : commands) {
        statement.execute(command);
      }
    }
  }

  int nextTransaction() {
    return nextTransaction.incrementAndGet();
  }

  int nextValue() {
    return nextValue.incrementAndGet();
  }

  /** To append to. */
  int growing(Random random) {
    int place = random.nextInt(IN_USE);
    if (lengths.incrementAndGet(place) % LONGEST == 0) {
      generations.incrementAndGet(place);
    }
    return key(place, generations.get(place));
  }

  /** Some of those in use. */
  List<Integer> some(Random random, int count) {
    List<Integer> keys = new ArrayList<>();
    for (int place : random.ints(0, IN_USE).distinct().limit(count).toArray()) {
      keys.add(key(place, generations.get(place)));
    }
    return keys;
  }

  /** All that have ever been in use. */
  List<Integer> all() {
    List<Integer> keys = new ArrayList<>();
    for (int place = 0; place < IN_USE; place++) {
      for (int generation = 0; generation <= generations.get(place); generation++) {
        keys.add(key(place, generation));
      }
    }
    return keys;
  }

  private static int key(int place, int generation) {
    return generation * IN_USE + place;
  }
}
