package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a volatile function reads is newer than the statement that calls it: PostgreSQL gives each
 * of its queries a snapshot of its own, so that one statement sees several moments. Over nodes as
 * on one server, none of them is older than the statement's, and each shows whole transactions.
 *
 * <p>Each transaction counts in a table that is spread and twice in one that is replicated; the
 * statement reads the former, and the function that it calls for every row the latter.
 */
@ExtendWith(EndpointsExtension.class)
class VolatileFunctionsTest {
  private static final int ROWS = 8;
  private static final int WRITERS = 3;
  private static final int READS = 25;

  /** It takes its time, so that others commit between two calls. */
  private static final String FUNCTION =
      """
      CREATE FUNCTION counted() RETURNS int VOLATILE LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_catalog.pg_sleep(0.005);
        RETURN (SELECT sum(v) FROM copied);
      END $$
      """;

  private final Endpoints endpoints;

  VolatileFunctionsTest(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  /** What the rows of one statement tell: all counts of the table, and what each call has seen. */
  private record Seen(int counted, List<Integer> calls) {
    boolean isOneMoment() {
      return calls.stream().allMatch(call -> call == 2 * counted);
    }

    /** A call is older than the statement, or has seen half of a transaction. */
    boolean isWrong() {
      return calls.stream().anyMatch(call -> call < 2 * counted || call % 2 == 1);
    }
  }

  private List<Endpoint> all() {
    return List.of(endpoints.plain(), endpoints.drover());
  }

  @BeforeEach
  void createTables() throws SQLException {
    for (Endpoint server : all()) {
      String copies = server.isDrover() ? " DISTRIBUTE BY REPLICATION" : "";
      server.run("CREATE TABLE spread (id int PRIMARY KEY, v int)");
      server.run("CREATE TABLE copied (id int PRIMARY KEY, v int)" + copies);
      server.run("INSERT INTO spread SELECT g, 0 FROM generate_series(1, " + ROWS + ") g");
      server.run("INSERT INTO copied VALUES (1, 0), (2, 0)");
      server.run(FUNCTION);
    }
  }

  @AfterEach
  void dropTables() throws SQLException {
    for (Endpoint server : all()) {
      server.run("DROP FUNCTION counted()");
      server.run("DROP TABLE spread, copied");
    }
  }

  @Test
  void callsSeeNoLessThanTheirStatementAndMoreInPostgresToo() {
    List<Seen> plain = run(List.of(endpoints.plain()));
    List<Seen> drover = run(List.of(endpoints.drover(), endpoints.secondCoordinator()));
    assertThat(Stream.concat(plain.stream(), drover.stream())).noneMatch(Seen::isWrong);
    assertThat(plain).anyMatch(seen -> !seen.isOneMoment());
    assertThat(drover).anyMatch(seen -> !seen.isOneMoment());
  }

  private static List<Seen> run(List<Endpoint> servers) {
    AtomicInteger left = new AtomicInteger(READS);
    return Crowd.run(
            WRITERS + 1,
            number ->
                () -> {
                  Endpoint server = servers.get(number % servers.size());
                  return number < WRITERS ? write(server, number, left) : read(server, left);
                })
        .stream()
        .flatMap(List::stream)
        .toList();
  }

  private static List<Seen> write(Endpoint server, int number, AtomicInteger left)
      throws SQLException {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int turn = number; left.get() > 0; turn += WRITERS) {
        statement.execute("UPDATE copied SET v = v + 1");
        statement.execute("UPDATE spread SET v = v + 1 WHERE id = " + (1 + turn % ROWS));
        connection.commit();
      }
    }
    return List.of();
  }

  private static List<Seen> read(Endpoint server, AtomicInteger left) throws SQLException {
    List<Seen> all = new ArrayList<>();
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      while (left.getAndDecrement() > 0) {
        all.add(seen(statement));
      }
    }
    return all;
  }

  private static Seen seen(Statement statement) throws SQLException {
    int counted = 0;
    List<Integer> calls = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery("SELECT v, counted() FROM spread")) {
      while (rows.next()) {
        counted += rows.getInt(1);
        calls.add(rows.getInt(2));
      }
    }
    return new Seen(counted, calls);
  }
}
