package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Counters on several nodes are each raised by a client of their own, and others read all of them:
 * whatever two of them see, one has seen everything that the other has. Were it otherwise, one
 * would say that the first counter was raised before the second, and the other the reverse.
 */
@ExtendWith(EndpointsExtension.class)
class ReadsOfOneOrderTest {
  private static final int COUNTERS = 6;
  private static final int READERS = 6;
  private static final int READS = Integer.getInteger("drover.consistency.reads", 100);

  private final Endpoints endpoints;

  ReadsOfOneOrderTest(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @BeforeEach
  void createTable() throws SQLException {
    endpoints
        .drover()
        .run("CREATE TABLE counters (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
    endpoints
        .drover()
        .run("INSERT INTO counters SELECT i, 0 FROM generate_series(1, " + COUNTERS + ") i");
  }

  @AfterEach
  void dropTable() throws SQLException {
    endpoints.drover().run("DROP TABLE counters");
  }

  @Test
  void statementsSeeOneOrder() {
    assertThat(forks(Connection.TRANSACTION_READ_COMMITTED)).isEmpty();
  }

  @Test
  void transactionsOfOneViewSeeOneOrder() {
    assertThat(forks(Connection.TRANSACTION_REPEATABLE_READ)).isEmpty();
  }

  private List<String> forks(int level) {
    AtomicInteger left = new AtomicInteger(READS * READERS);
    List<List<Integer>> seen =
        Crowd.run(
                COUNTERS + READERS,
                number ->
                    () -> number < COUNTERS ? raise(number + 1, left) : read(number, level, left))
            .stream()
            .flatMap(List::stream)
            .sorted(Comparator.comparingInt(one -> one.stream().mapToInt(v -> v).sum()))
            .toList();
    List<String> forks = new ArrayList<>();
    for (int i = 1; i < seen.size(); i++) {
      if (!isWithin(seen.get(i - 1), seen.get(i))) {
        forks.add(seen.get(i - 1) + " and " + seen.get(i));
      }
    }
    return forks;
  }

  private static boolean isWithin(List<Integer> fewer, List<Integer> more) {
    for (int i = 0; i < fewer.size(); i++) {
      if (fewer.get(i) > more.get(i)) {
        return false;
      }
    }
    return true;
  }

  private List<List<Integer>> raise(int id, AtomicInteger left) throws SQLException {
    try (Connection connection = endpoints.drover().connect();
        PreparedStatement update =
            connection.prepareStatement("UPDATE counters SET v = v + 1 WHERE id = ?")) {
      update.setInt(1, id);
      while (left.get() > 0) {
        update.executeUpdate();
      }
    }
    return List.of();
  }

  private List<List<Integer>> read(int number, int level, AtomicInteger left) throws SQLException {
    Endpoint server = number % 3 == 0 ? endpoints.secondCoordinator() : endpoints.drover();
    List<List<Integer>> seen = new ArrayList<>();
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      connection.setTransactionIsolation(level);
      while (left.getAndDecrement() > 0) {
        seen.add(values(statement));
      }
    }
    return seen;
  }

  private static List<Integer> values(Statement statement) throws SQLException {
    List<Integer> values = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery("SELECT v FROM counters ORDER BY id")) {
      while (rows.next()) {
        values.add(rows.getInt(1));
      }
    }
    return values;
  }
}
