package dev.drover.tests.histories;

import static java.util.stream.Collectors.joining;

import dev.drover.tests.Endpoint;
import dev.drover.tests.histories.Observed.Outcome;
import dev.drover.tests.histories.Observed.Step;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A client that appends to some lists and reads others, and writes down what it saw.
 *
 * <p>Threads: confined to one thread.
 */
final class ListClient {
  private static final int MOST_STEPS = 4;
  private static final int MOST_READ = 4;

  /** Of errors after which one tries again: rolled back, connection lost, server not ready. */
  private static final Set<String> RETRIED = Set.of("40", "08", "57", "53", "25");

  private final Lists lists;
  private final Endpoint server;
  private final String begin;
  private final boolean reads;
  private final Random random;
  private final List<Observed> seen = new ArrayList<>();

  /**
   * @param begin the command that begins each transaction
   * @param reads without writing anything
   */
  ListClient(Lists lists, Endpoint server, String begin, boolean reads, long seed) {
    this.lists = lists;
    this.server = server;
    this.begin = begin;
    this.reads = reads;
    this.random = new Random(seed);
  }

  /** Connects again when its connection is lost. */
  List<Observed> work(BooleanSupplier goesOn) throws SQLException {
    while (goesOn.getAsBoolean()) {
      try (Connection connection = server.connect();
          Statement statement = connection.createStatement()) {
        while (goesOn.getAsBoolean() && !connection.isClosed()) {
          seen.add(transaction(statement));
        }
      } catch (SQLException e) {
        requireRetried(e);
      }
    }
    return seen;
  }

  /** All lists as they are in the end. */
  static Observed last(Lists lists, Endpoint server) throws SQLException {
    ListClient client = new ListClient(lists, server, "BEGIN", true, 0);
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      long began = System.nanoTime();
      List<Step> steps = client.read(statement, lists.all());
      long ended = System.nanoTime();
      return new Observed(lists.nextTransaction(), steps, Outcome.COMMITTED, began, ended);
    }
  }

  private Observed transaction(Statement statement) throws SQLException {
    int number = lists.nextTransaction();
    List<Step> steps = new ArrayList<>();
    long began = System.nanoTime();
    Outcome outcome = Outcome.ABORTED;
    try {
      statement.execute(reads ? begin + " READ ONLY" : begin);
      for (int i = random.nextInt(MOST_STEPS); i >= 0; i--) {
        step(statement, steps);
      }
      outcome = Outcome.UNKNOWN;
      statement.execute("COMMIT");
      outcome = Outcome.COMMITTED;
    } catch (SQLException e) {
      requireRetried(e);
      outcome = e.getSQLState().startsWith("40") ? Outcome.ABORTED : outcome;
      rollback(statement);
    }
    return new Observed(number, steps, outcome, began, System.nanoTime());
  }

  /** An append counts from when it was sent: nobody knows how much of it has happened. */
  private void step(Statement statement, List<Step> steps) throws SQLException {
    if (!reads && random.nextBoolean()) {
      Step.Append append = new Step.Append(lists.growing(random), lists.nextValue());
      steps.add(append);
      statement.execute(
          "INSERT INTO lists VALUES (%d, ' %d') ON CONFLICT (id) DO UPDATE SET v = lists.v || excluded.v"
              .formatted(append.key(), append.value()));
    } else {
      steps.addAll(read(statement, lists.some(random, 1 + random.nextInt(MOST_READ))));
    }
  }

  private List<Step> read(Statement statement, List<Integer> keys) throws SQLException {
    String wanted = keys.stream().map(String::valueOf).collect(joining(", "));
    Map<Integer, List<Integer>> found = new HashMap<>();
    try (ResultSet rows =
        statement.executeQuery("SELECT id, v FROM lists WHERE id IN (" + wanted + ")")) {
      while (rows.next()) {
        found.put(rows.getInt(1), values(rows.getString(2)));
      }
    }
    return keys.stream()
        .<Step>map(key -> new Step.Read(key, found.getOrDefault(key, List.of())))
        .toList();
  }

  private static List<Integer> values(String list) {
    return Arrays.stream(list.strip().split(" ", -1)).map(Integer::valueOf).toList();
  }

  private static void rollback(Statement statement) throws SQLException {
    try {
      statement.execute("ROLLBACK");
    } catch (SQLException e) {
      requireRetried(e);
    }
  }

  private static void requireRetried(SQLException e) throws SQLException {
    boolean isRetried =
        Stream.ofNullable(e.getSQLState())
            .anyMatch(state -> RETRIED.contains(state.substring(0, 2)));
    if (!isRetried) {
      throw e;
    }
  }
}
