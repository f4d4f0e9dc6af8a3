package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Slots of a table move whose every leaf is held by one reader after another, and whose leaves
 * reference each other: DETACH needs the lock of the whole table, and nobody waits for long behind
 * it.
 */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server moves nothing")
@ExtendWith(EndpointsExtension.class)
class ScannedTableMoveTest {
  private static final int SLOT = 5;

  /** The longest wait for a lock is 800 ms, that for the last change 300. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(4);

  private final Endpoint drover;
  private final Slots slots;
  private final AtomicBoolean over = new AtomicBoolean();

  ScannedTableMoveTest(Endpoints endpoints) {
    drover = endpoints.drover();
    slots = new Slots(drover, endpoints.servers());
  }

  @AfterEach
  void dropTables() throws SQLException {
    drover.run("DROP SCHEMA IF EXISTS scanned CASCADE");
  }

  @Test
  void aSlotMovesBesideLongTransactionsThatReadItsTable() throws SQLException {
    drover.run(
        """
        CREATE SCHEMA scanned;
        CREATE TABLE scanned.t (a int, id int, parent int, n int DEFAULT 0, PRIMARY KEY (a, id),
          FOREIGN KEY (a, parent) REFERENCES scanned.t) DISTRIBUTE BY HASH (a);
        CREATE TABLE scanned.child (a int, id int, FOREIGN KEY (a, id) REFERENCES scanned.t)
          DISTRIBUTE BY HASH (a)
        """);
    drover.run(
        """
        INSERT INTO scanned.t SELECT g, 1, NULL FROM generate_series(1, 500) g;
        INSERT INTO scanned.t SELECT g, 2, 1 FROM generate_series(1, 500) g;
        INSERT INTO scanned.child SELECT g, 2 FROM generate_series(1, 500) g
        """);
    CompletableFuture<Long> reader = begin(this::read);
    CompletableFuture<Long> writer = begin(this::write);
    int group = slots.group("scanned.t");
    slots.move(group, SLOT);
    over.set(true);
    reader.join();
    assertThat(Duration.ofNanos(writer.join())).isLessThan(LONGEST_WAIT);
    assertThat(slots.misplaced("scanned.t")).isEmpty();
    assertThat(slots.misplaced("scanned.child")).isEmpty();
    assertThat(slots.leftovers()).isEmpty();
    assertThat(Slots.ask(drover, "SELECT count(*) FROM scanned.t")).isEqualTo("1000");
  }

  /** What is done until the end; answers in nanoseconds how long the longest round took. */
  private interface Round {
    void run(Connection connection, Statement statement) throws SQLException;
  }

  private CompletableFuture<Long> begin(Round round) {
    return CompletableFuture.supplyAsync(() -> again(round), Thread::startVirtualThread);
  }

  private long again(Round round) {
    long longest = 0;
    try (Connection connection = drover.connect();
        Statement statement = connection.createStatement()) {
      while (!over.get()) {
        long begun = System.nanoTime();
        round.run(connection, statement);
        longest = Math.max(longest, System.nanoTime() - begun);
      }
      return longest;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void read(Connection connection, Statement statement) throws SQLException {
    connection.setAutoCommit(false);
    statement.execute("SELECT count(*) FROM scanned.t");
    statement.execute("SELECT count(*), pg_sleep(1) FROM scanned.child");
    connection.commit();
  }

  private void write(Connection connection, Statement statement) throws SQLException {
    statement.execute("UPDATE scanned.t SET n = n + 1 WHERE a = 1 AND id = 2");
  }
}
