package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/**
 * Transactions put rows in by pairs, whose halves lie on different nodes, and one client takes all
 * rows out again, or copies them: it never gets half a pair, as its statement sees a transaction or
 * does not.
 */
@ExtendWith(EndpointsExtension.class)
class ChangesOfOneMomentTest {
  private static final int WRITERS = 4;
  private static final int CHANGES = Integer.getInteger("drover.consistency.changes", 15);

  private final Endpoints endpoints;
  private final AtomicInteger lastPair = new AtomicInteger();
  private boolean blocks;

  /** A statement of the one client. */
  private interface Change {
    /** How many rows it has met. */
    int run(Connection connection) throws SQLException;
  }

  ChangesOfOneMomentTest(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @BeforeEach
  void createTable() throws SQLException {
    endpoints.drover().run("CREATE TABLE halves (id int PRIMARY KEY) DISTRIBUTE BY HASH (id)");
  }

  @AfterEach
  void dropTable() throws SQLException {
    endpoints.drover().run("DROP TABLE IF EXISTS heap, taken, kinds, halves");
  }

  @Test
  void wholePairsAreDeleted() {
    assertThat(oddDeletions(Connection.TRANSACTION_READ_COMMITTED)).as("halves seen").isZero();
  }

  @Test
  void wholePairsAreDeletedByTransactionsOfOneView() {
    assertThat(oddDeletions(Connection.TRANSACTION_REPEATABLE_READ)).as("halves seen").isZero();
  }

  @Test
  void wholePairsAreDeletedByTransactionsThatHaveDoneMore() {
    blocks = true;
    assertThat(oddDeletions(Connection.TRANSACTION_READ_COMMITTED)).as("halves seen").isZero();
  }

  /** Each node copies its own rows; also where newer rows are met than the statement sees. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO taken SELECT id, %d FROM halves",
        "INSERT INTO taken SELECT id, 0 FROM halves WHERE 0 <= %d ON CONFLICT DO NOTHING",
        "INSERT INTO taken SELECT id, %d, 1 FROM halves",
        "INSERT INTO heap SELECT id, %d FROM halves WHERE id %% 4 < 2"
            + " UNION ALL SELECT id, 0 FROM halves WHERE id %% 4 >= 2"
      })
  void wholePairsAreInserted(String insert) throws SQLException {
    endpoints.drover().run("CREATE TABLE kinds (kind int PRIMARY KEY) DISTRIBUTE BY REPLICATION");
    endpoints.drover().run("INSERT INTO kinds VALUES (1)");
    endpoints
        .drover()
        .run(
            "CREATE TABLE taken (id int, turn int, kind int REFERENCES kinds,"
                + " PRIMARY KEY (id, turn)) DISTRIBUTE BY HASH (id)");
    endpoints.drover().run("CREATE TABLE heap (id int, turn int) DISTRIBUTE BY ROUNDROBIN");
    AtomicInteger turn = new AtomicInteger();
    Change change = connection -> updated(connection, insert.formatted(turn.incrementAndGet()));
    int level = Connection.TRANSACTION_READ_COMMITTED;
    assertThat(oddChanges(level, change)).as("halves seen").isZero();
    blocks = true;
    assertThat(oddChanges(level, change)).as("halves seen in blocks").isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "COPY halves TO STDOUT",
        "COPY (SELECT id, id, 'x' FROM halves WHERE id > 0) TO STDOUT (FORMAT csv)"
      })
  void wholePairsAreCopiedByTransactionsThatHaveWritten(String copy) throws SQLException {
    endpoints
        .drover()
        .run("CREATE TABLE taken (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
    blocks = true;
    Change change =
        connection -> {
          updated(
              connection, "INSERT INTO taken VALUES (0, 0) ON CONFLICT (id) DO UPDATE SET v = 1");
          return lines(connection, copy);
        };
    assertThat(oddChanges(Connection.TRANSACTION_READ_COMMITTED, change))
        .as("halves seen")
        .isZero();
  }

  private static int lines(Connection connection, String copy) throws SQLException {
    StringWriter rows = new StringWriter();
    try {
      connection.unwrap(PGConnection.class).getCopyAPI().copyOut(copy, rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return (int) rows.toString().lines().count();
  }

  private int oddDeletions(int level) {
    return oddChanges(level, connection -> updated(connection, "DELETE FROM halves"));
  }

  private static int updated(Connection connection, String change) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(change)) {
      return statement.executeUpdate();
    }
  }

  private int oddChanges(int level, Change change) {
    AtomicInteger left = new AtomicInteger(CHANGES);
    return Crowd.run(
            WRITERS + 1,
            number -> () -> number < WRITERS ? write(number, left) : change(level, left, change))
        .stream()
        .mapToInt(Integer::intValue)
        .sum();
  }

  private int write(int number, AtomicInteger left) throws SQLException {
    Endpoint server = number % 2 == 0 ? endpoints.drover() : endpoints.secondCoordinator();
    try (Connection connection = server.connect();
        PreparedStatement insert = connection.prepareStatement("INSERT INTO halves VALUES (?)")) {
      connection.setAutoCommit(false);
      while (left.get() > 0) {
        int pair = lastPair.incrementAndGet();
        insert.setInt(1, 2 * pair);
        insert.execute();
        insert.setInt(1, 2 * pair + 1);
        insert.execute();
        connection.commit();
      }
    }
    return 0;
  }

  /** How many statements have changed an odd number of rows. */
  private int change(int level, AtomicInteger left, Change change) throws SQLException {
    int odd = 0;
    try (Connection connection = endpoints.drover().connect()) {
      connection.setTransactionIsolation(level);
      connection.setAutoCommit(!blocks);
      while (left.getAndDecrement() > 0) {
        odd += change.run(connection) % 2;
        if (blocks) {
          odd += change.run(connection) % 2;
          connection.commit();
        }
      }
    }
    return odd;
  }
}
