package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Sessions that wait for each other in a ring: exactly one gets 40P01 and the others go on.
 *
 * <p>With a row each on one of several nodes no server sees the ring; the pairs are many enough
 * that some of them lie on different nodes.
 */
@ExtendWith(EndpointsExtension.class)
@Timeout(120)
@Tag("alone")
class DeadlockTest {
  private static final String DEADLOCK = "40P01";
  private static final int PAIRS = 5;
  private static final Duration SOON = Duration.ofSeconds(10);

  private final Endpoint drover;

  DeadlockTest(Endpoints endpoints) {
    drover = endpoints.drover();
  }

  @BeforeEach
  void createTables() {
    try (WireClient client = WireClient.login(drover)) {
      run(client, create("deadlock (id int PRIMARY KEY, v int)", "HASH (id)"));
      run(client, create("deadlock_copy (id int PRIMARY KEY, v int)", "REPLICATION"));
      run(client, "INSERT INTO deadlock SELECT g, 0 FROM generate_series(1, 30) g");
      run(client, "INSERT INTO deadlock_copy SELECT g, 0 FROM generate_series(1, 30) g");
    }
  }

  @AfterEach
  void dropTables() {
    try (WireClient client = WireClient.login(drover)) {
      run(client, "DROP TABLE deadlock, deadlock_copy");
    }
  }

  @Test
  void twoSessionsCrossing() {
    for (int i = 0; i < PAIRS; i++) {
      assertOneVictim(List.of(update("deadlock", 2 * i + 1), update("deadlock", 2 * i + 2)));
    }
  }

  @Test
  void threeSessionsInARing() {
    assertOneVictim(
        List.of(update("deadlock", 11), update("deadlock", 12), update("deadlock", 13)));
  }

  @Test
  void rowsOfAReplicatedTable() {
    assertOneVictim(List.of(update("deadlock_copy", 1), update("deadlock_copy", 2)));
  }

  @Test
  void aReplicatedRowAgainstADistributedOne() {
    assertOneVictim(List.of(update("deadlock", 21), update("deadlock_copy", 21)));
  }

  @Test
  void aTableLockAgainstARow() {
    assertOneVictim(
        List.of(update("deadlock", 22), "LOCK TABLE deadlock_copy IN ACCESS EXCLUSIVE MODE"));
  }

  /** Each session takes its lock, then asks for the lock of the next one. */
  private void assertOneVictim(List<String> locks) {
    List<WireClient> sessions = new ArrayList<>();
    for (String lock : locks) {
      WireClient session = WireClient.login(drover);
      sessions.add(session);
      run(session, "BEGIN");
      run(session, lock);
    }
    long started = System.nanoTime();
    List<String> states =
        Crowd.run(
            sessions.size(),
            number -> {
              WireClient session = sessions.get(number);
              String lock = locks.get((number + 1) % locks.size());
              return () -> lockAndEnd(session, lock);
            });
    assertThat(states).filteredOn(DEADLOCK::equals).hasSize(1);
    assertThat(states).filteredOn(String::isEmpty).hasSize(locks.size() - 1);
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(SOON);
    sessions.forEach(WireClient::close);
  }

  /** The SQLSTATE of the error, or nothing. */
  private static String lockAndEnd(WireClient session, String lock) {
    List<Message> reply = session.query(lock);
    session.query("COMMIT");
    return Transcript.error(reply).map(Message::sqlState).orElse("");
  }

  private String create(String table, String distribution) {
    return "CREATE TABLE " + table + (drover.isDrover() ? " DISTRIBUTE BY " + distribution : "");
  }

  private static String update(String table, int id) {
    return "UPDATE %s SET v = v + 1 WHERE id = %d".formatted(table, id);
  }

  private static void run(WireClient client, String sql) {
    assertThat(Transcript.error(client.query(sql)).map(Transcript::line)).isEmpty();
  }
}
