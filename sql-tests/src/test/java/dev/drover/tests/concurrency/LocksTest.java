package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What one session's locks do to another one's statements. The same steps are played on a plain
 * server, and on Drover with one session at each of two coordinators.
 */
@ExtendWith(EndpointsExtension.class)
@Timeout(120)
class LocksTest {
  private static final int ROUNDS = 10;
  private static final int LOCKERS = 4;

  private final Endpoints endpoints;

  LocksTest(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @BeforeEach
  void createTables() {
    for (Endpoint endpoint : List.of(endpoints.plain(), endpoints.drover())) {
      try (WireClient client = WireClient.login(endpoint)) {
        String byHash = endpoint.isDrover() ? " DISTRIBUTE BY HASH (id)" : "";
        String copied = endpoint.isDrover() ? " DISTRIBUTE BY REPLICATION" : "";
        run(client, "CREATE TABLE locks (id int PRIMARY KEY, v int)" + byHash);
        run(client, "CREATE TABLE locks_copy (id int PRIMARY KEY, v int)" + copied);
        run(client, "INSERT INTO locks SELECT g, g FROM generate_series(1, 12) g");
        run(client, "INSERT INTO locks_copy SELECT g, g FROM generate_series(1, 12) g");
      }
    }
  }

  @AfterEach
  void dropTables() {
    for (Endpoint endpoint : List.of(endpoints.plain(), endpoints.drover())) {
      try (WireClient client = WireClient.login(endpoint)) {
        run(client, "DROP TABLE locks, locks_copy");
      }
    }
  }

  @Test
  void rowLocksOverSeveralNodes() {
    agreeOn(
        List.of(
            "1 BEGIN",
            "1 SELECT id FROM locks WHERE id IN (2, 5, 7) ORDER BY id FOR UPDATE",
            "2 SELECT id FROM locks ORDER BY id FOR UPDATE NOWAIT",
            "2 SELECT id FROM locks ORDER BY id FOR SHARE SKIP LOCKED",
            "2 SELECT id FROM locks WHERE id > 7 ORDER BY id FOR KEY SHARE NOWAIT",
            "2 SELECT id FROM locks WHERE id = 5 FOR NO KEY UPDATE NOWAIT",
            "2 SELECT id FROM locks WHERE id < 6 ORDER BY id",
            "1 COMMIT",
            "2 SELECT count(*) FROM (SELECT id FROM locks WHERE id = 5 FOR UPDATE NOWAIT) x",
            "1 BEGIN",
            "1 SELECT id FROM locks WHERE v < 4 ORDER BY id FOR KEY SHARE",
            "2 SELECT id FROM locks WHERE v < 4 ORDER BY id FOR NO KEY UPDATE NOWAIT",
            "2 SELECT id FROM locks WHERE v < 4 ORDER BY id FOR UPDATE NOWAIT",
            "1 ROLLBACK",
            "2 SELECT id FROM locks WHERE v < 4 ORDER BY id FOR UPDATE NOWAIT"));
  }

  @Test
  void rowLocksOfASavepointThatIsRolledBack() {
    agreeOn(
        List.of(
            "1 BEGIN",
            "1 SELECT id FROM locks WHERE id IN (1, 2) ORDER BY id FOR UPDATE",
            "1 SAVEPOINT s",
            "1 SELECT id FROM locks ORDER BY id FOR UPDATE",
            "2 SELECT id FROM locks ORDER BY id FOR UPDATE SKIP LOCKED",
            "1 ROLLBACK TO s",
            "2 SELECT id FROM locks ORDER BY id FOR UPDATE SKIP LOCKED",
            "1 ROLLBACK"));
  }

  @Test
  void rowsOfReplicatedTables() {
    agreeOn(
        List.of(
            "1 BEGIN",
            "1 SELECT id FROM locks_copy WHERE id < 3 ORDER BY id FOR UPDATE",
            "2 SELECT id FROM locks_copy ORDER BY id LIMIT 3 FOR UPDATE SKIP LOCKED",
            "2 SELECT id FROM locks_copy ORDER BY id LIMIT 3 FOR UPDATE NOWAIT",
            "2 SELECT l.id FROM locks l JOIN locks_copy c ON c.id = l.id WHERE c.id < 3"
                + " ORDER BY l.id FOR UPDATE OF l NOWAIT",
            "1 COMMIT",
            "2 SELECT id FROM locks_copy ORDER BY id LIMIT 3 FOR UPDATE NOWAIT"));
  }

  @Test
  void tableLocks() {
    agreeOn(
        List.of(
            "1 BEGIN",
            "1 LOCK TABLE locks IN SHARE MODE",
            "2 BEGIN",
            "2 LOCK TABLE locks IN ROW SHARE MODE NOWAIT",
            "2 LOCK TABLE locks IN SHARE MODE NOWAIT",
            "2 LOCK TABLE locks IN ROW EXCLUSIVE MODE NOWAIT",
            "2 ROLLBACK",
            "2 SELECT count(*) FROM locks",
            "1 COMMIT",
            "1 BEGIN",
            "1 LOCK TABLE locks_copy, locks",
            "2 BEGIN",
            "2 LOCK TABLE locks_copy IN ACCESS SHARE MODE NOWAIT",
            "2 ROLLBACK",
            "1 SAVEPOINT s",
            "1 ROLLBACK",
            "2 BEGIN",
            "2 LOCK TABLE locks_copy IN ACCESS EXCLUSIVE MODE NOWAIT",
            "2 COMMIT"));
  }

  @Test
  void advisoryLocks() {
    agreeOn(
        List.of(
            "1 SELECT pg_advisory_lock(4400), pg_advisory_lock_shared(4401)",
            "2 SELECT pg_try_advisory_lock(4400), pg_try_advisory_lock_shared(4401)",
            "2 SELECT pg_advisory_unlock_shared(4401)",
            "1 BEGIN",
            "1 SELECT pg_advisory_xact_lock(44, 2), pg_try_advisory_xact_lock_shared(44, 3)",
            "1 UPDATE locks SET v = v + 1",
            "2 SELECT pg_try_advisory_lock(44, 2), pg_try_advisory_xact_lock_shared(44, 3)",
            "1 COMMIT",
            "2 SELECT pg_try_advisory_xact_lock(44, 2), pg_try_advisory_lock(4400)",
            "1 SELECT pg_advisory_unlock(4400), pg_advisory_unlock(4400)",
            "2 SELECT pg_try_advisory_lock(4400)",
            "2 SELECT pg_advisory_unlock_all()",
            "1 SELECT pg_try_advisory_lock(4400)",
            "1 DISCARD ALL",
            "2 SELECT pg_try_advisory_xact_lock(4400), pg_try_advisory_xact_lock(4401)"));
  }

  /** Who locks node after node in one order never waits in a ring. */
  @Test
  void sessionsThatLockTheSameTableTakeTurns() {
    List<String> states =
        Crowd.run(
            LOCKERS,
            number -> {
              WireClient session = WireClient.login(coordinator(number));
              return () -> {
                String state = "";
                for (int round = 0; round < ROUNDS && state.isEmpty(); round++) {
                  session.query("BEGIN");
                  state = state(session.query("LOCK TABLE locks, locks_copy"));
                  session.query("COMMIT");
                }
                session.close();
                return state;
              };
            });
    assertThat(states).hasSize(LOCKERS).allMatch(String::isEmpty);
  }

  private Endpoint coordinator(int number) {
    return number % 2 == 0 ? endpoints.drover() : endpoints.secondCoordinator();
  }

  private static String state(List<Message> reply) {
    return Transcript.error(reply).map(Message::sqlState).orElse("");
  }

  /** Each step is a statement with the number of its session in front. */
  private void agreeOn(List<String> steps) {
    List<String> expected = play(endpoints.plain(), endpoints.plain(), steps);
    assertThat(play(endpoints.drover(), endpoints.secondCoordinator(), steps)).isEqualTo(expected);
  }

  private static List<String> play(Endpoint first, Endpoint second, List<String> steps) {
    List<String> lines = new ArrayList<>();
    try (WireClient one = WireClient.login(first);
        WireClient two = WireClient.login(second)) {
      for (String step : steps) {
        WireClient session = step.charAt(0) == '1' ? one : two;
        lines.add(step);
        lines.addAll(seen(session.query(step.substring(2))));
      }
    }
    return lines;
  }

  /** How many rows come before an error is up to the server. */
  private static List<String> seen(List<Message> reply) {
    boolean failed = Transcript.error(reply).isPresent();
    return Transcript.of(reply).stream()
        .filter(line -> !failed || !line.startsWith("DataRow"))
        .toList();
  }

  private static void run(WireClient client, String sql) {
    assertThat(Transcript.error(client.query(sql)).map(Transcript::line)).isEmpty();
  }
}
