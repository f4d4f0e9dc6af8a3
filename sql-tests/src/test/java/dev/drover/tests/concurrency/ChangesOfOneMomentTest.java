package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Transactions put rows in by pairs, whose halves lie on different nodes, and one client takes all
 * rows out again: it never gets half a pair, as its statement sees a transaction or does not.
 */
@ExtendWith(EndpointsExtension.class)
class ChangesOfOneMomentTest {
  private static final int WRITERS = 4;
  private static final int CHANGES = Integer.getInteger("drover.consistency.changes", 15);

  private final Endpoints endpoints;
  private final AtomicInteger lastPair = new AtomicInteger();
  private boolean blocks;

  ChangesOfOneMomentTest(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @BeforeEach
  void createTable() throws SQLException {
    endpoints.drover().run("CREATE TABLE halves (id int PRIMARY KEY) DISTRIBUTE BY HASH (id)");
  }

  @AfterEach
  void dropTable() throws SQLException {
    endpoints.drover().run("DROP TABLE halves");
  }

  @Test
  void wholePairsAreDeleted() {
    assertThat(oddChanges(Connection.TRANSACTION_READ_COMMITTED)).as("halves seen").isZero();
  }

  @Test
  void wholePairsAreDeletedByTransactionsOfOneView() {
    assertThat(oddChanges(Connection.TRANSACTION_REPEATABLE_READ)).as("halves seen").isZero();
  }

  @Test
  void wholePairsAreDeletedByTransactionsThatHaveDoneMore() {
    blocks = true;
    assertThat(oddChanges(Connection.TRANSACTION_READ_COMMITTED)).as("halves seen").isZero();
  }

  private int oddChanges(int level) {
    AtomicInteger left = new AtomicInteger(CHANGES);
    return Crowd.run(
            WRITERS + 1,
            number -> () -> number < WRITERS ? write(number, left) : change(level, left))
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
  private int change(int level, AtomicInteger left) throws SQLException {
    int odd = 0;
    try (Connection connection = endpoints.drover().connect();
        PreparedStatement delete = connection.prepareStatement("DELETE FROM halves")) {
      connection.setTransactionIsolation(level);
      connection.setAutoCommit(!blocks);
      while (left.getAndDecrement() > 0) {
        odd += delete.executeUpdate() % 2;
        if (blocks) {
          odd += delete.executeUpdate() % 2;
          connection.commit();
        }
      }
    }
    return odd;
  }
}
