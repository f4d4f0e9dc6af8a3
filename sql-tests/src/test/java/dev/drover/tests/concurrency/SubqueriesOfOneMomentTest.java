package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One statement asks every node several times, each time for another of its subqueries, and sees
 * one moment all the same. What it would see in halves is a transaction of one node, as these
 * commit without waiting for anybody.
 */
@ExtendWith(EndpointsExtension.class)
class SubqueriesOfOneMomentTest {
  private static final int ROWS = 30;
  private static final int WRITERS = 6;
  private static final int READS = 200;
  private static final int CHANGES = 40;

  /** A commit takes some milliseconds, so that windows meet it on its way. */
  private static final String SLOW_COMMIT =
      """
      CREATE FUNCTION public.slow_commit() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_catalog.pg_sleep(random() * 0.008); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER slow_commit AFTER UPDATE ON public.lowered
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.slow_commit()
      """;

  /** One side's rows are raised by what the other side's are lowered by. */
  private static final String BALANCE =
      "SELECT (SELECT sum(v) FROM raised) + (SELECT sum(v) FROM lowered)"
          + " + (SELECT sum(v) FROM raised) + (SELECT sum(v) FROM lowered WHERE id > 0)";

  /** A change that reads; its rows are those that it has changed. */
  private static final String CHANGE =
      "UPDATE seen SET v = (" + BALANCE + ") WHERE id % 2 = ? RETURNING v";

  private final Endpoints endpoints;

  SubqueriesOfOneMomentTest(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @BeforeEach
  void createTables() throws SQLException {
    for (String table : new String[] {"raised", "lowered", "seen"}) {
      endpoints
          .drover()
          .run("CREATE TABLE " + table + " (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
      endpoints
          .drover()
          .run("INSERT INTO " + table + " SELECT g, 0 FROM generate_series(1, " + ROWS + ") g");
    }
    for (Endpoint node : endpoints.datanodes()) {
      node.run(SLOW_COMMIT);
    }
  }

  @AfterEach
  void dropTables() throws SQLException {
    endpoints.drover().run("DROP TABLE raised, lowered, seen");
    for (Endpoint node : endpoints.datanodes()) {
      node.run("DROP FUNCTION public.slow_commit()");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {BALANCE, CHANGE})
  void bothSidesAreSeenTogether(String statement) {
    AtomicInteger left = new AtomicInteger(statement.equals(CHANGE) ? CHANGES : READS);
    int unbalanced =
        Crowd.run(
                WRITERS + 2,
                number ->
                    () -> number < WRITERS ? write(number, left) : read(number, statement, left))
            .stream()
            .mapToInt(Integer::intValue)
            .sum();
    assertThat(unbalanced).as("reads that saw half of a transaction").isZero();
  }

  /** Most transactions are of one node; one writer's are of several, so that windows are needed. */
  private int write(int number, AtomicInteger left) throws SQLException {
    Random random = new Random(number);
    Endpoint server = number % 2 == 0 ? endpoints.drover() : endpoints.secondCoordinator();
    try (Connection connection = server.connect();
        PreparedStatement up =
            connection.prepareStatement("UPDATE raised SET v = v + 1 WHERE id = ?");
        PreparedStatement down =
            connection.prepareStatement("UPDATE lowered SET v = v - 1 WHERE id = ?")) {
      connection.setAutoCommit(false);
      while (left.get() > 0) {
        int id = 1 + random.nextInt(ROWS);
        up.setInt(1, id);
        up.execute();
        down.setInt(1, number == 0 ? 1 + random.nextInt(ROWS) : id);
        down.execute();
        connection.commit();
      }
    }
    return 0;
  }

  private int read(int number, String sql, AtomicInteger left) throws SQLException {
    int unbalanced = 0;
    try (Connection connection = endpoints.drover().connect();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      connection.setAutoCommit(number % 2 == 0);
      if (sql.equals(CHANGE)) {
        statement.setInt(1, number % 2);
      }
      while (left.getAndDecrement() > 0) {
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          unbalanced += row.getLong(1) == 0 ? 0 : 1;
        }
        if (!connection.getAutoCommit()) {
          connection.commit();
        }
      }
    }
    return unbalanced;
  }
}
