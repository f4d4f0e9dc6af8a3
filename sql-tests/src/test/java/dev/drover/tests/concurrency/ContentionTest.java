package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that want the same rows, keys, numbers and tables at the same time. */
@ExtendWith(EndpointsExtension.class)
@Timeout(180)
class ContentionTest {
  private static final int CLIENTS = 8;
  private static final int ROUNDS = 20;
  private static final int ROWS = 30;
  private static final Set<String> RETRY = Set.of("40001", "40P01");

  private final Endpoint drover;

  ContentionTest(Endpoints endpoints) {
    drover = endpoints.drover();
  }

  @BeforeEach
  void createTables() {
    run("DROP TABLE IF EXISTS spread, copied");
    create("spread (id int PRIMARY KEY, v int)", "HASH (id)");
    create("copied (id int PRIMARY KEY, v int)", "REPLICATION");
    run("INSERT INTO spread SELECT g, 0 FROM generate_series(1, 30) g");
    run("INSERT INTO copied SELECT g, 0 FROM generate_series(1, 30) g");
  }

  @AfterEach
  void dropTables() {
    run("DROP TABLE spread, copied");
  }

  @Test
  void incrementsOfOneRowAreNotLost() {
    repeat("UPDATE spread SET v = v + 1 WHERE id = 7");
    assertThat(value("SELECT v FROM spread WHERE id = 7")).isEqualTo(CLIENTS * ROUNDS);
  }

  @Test
  void incrementsOfAllRowsAreNotLost() {
    int retries = repeat("UPDATE spread SET v = v + 1");
    assertThat(retries).as("one deadlock teaches the order").isLessThan(CLIENTS * ROUNDS / 2);
    assertThat(value("SELECT min(v) FROM spread")).isEqualTo(CLIENTS * ROUNDS);
    assertThat(value("SELECT max(v) FROM spread")).isEqualTo(CLIENTS * ROUNDS);
  }

  @Test
  void incrementsOfAReplicatedRowAreNotLost() {
    repeat("UPDATE copied SET v = v + 1 WHERE id = 7");
    assertThat(value("SELECT v FROM copied WHERE id = 7")).isEqualTo(CLIENTS * ROUNDS);
    assertReplicasAreEqual();
  }

  @Test
  void writesOfAllKindsLeaveReplicasEqual() {
    Crowd.run(
        CLIENTS,
        client ->
            () -> {
              try (WireClient connection = WireClient.login(drover)) {
                for (int round = 0; round < ROUNDS; round++) {
                  int id = 1000 + client * ROUNDS + round;
                  untilDone(connection, "INSERT INTO copied VALUES (%d, %d)".formatted(id, client));
                  untilDone(connection, "UPDATE copied SET v = v + " + client);
                  untilDone(connection, "UPDATE copied SET v = 0 WHERE v > 100");
                  untilDone(connection, "DELETE FROM copied WHERE id = " + (id - 3));
                }
              }
              return client;
            });
    assertReplicasAreEqual();
  }

  @Test
  void aKeyIsTakenByOneOfMany() {
    AtomicInteger taken = new AtomicInteger();
    Crowd.run(
        CLIENTS,
        client ->
            () -> {
              try (WireClient connection = WireClient.login(drover)) {
                for (int id = 100; id < 100 + ROUNDS; id++) {
                  String sql = "INSERT INTO spread VALUES (%d, %d)".formatted(id, client);
                  Optional<String> error = attempt(connection, sql);
                  taken.addAndGet(error.isEmpty() ? 1 : 0);
                  assertThat(error.orElse("23505")).isEqualTo("23505");
                }
              }
              return client;
            });
    assertThat(taken).hasValue(ROUNDS);
    assertThat(value("SELECT count(*) FROM spread WHERE id >= 100")).isEqualTo(ROUNDS);
  }

  @Test
  void keysOfAMultiRowInsertAreTakenTogetherOrNotAtAll() {
    Crowd.run(
        CLIENTS,
        client ->
            () -> {
              try (WireClient connection = WireClient.login(drover)) {
                for (int id = 200; id < 200 + 5 * ROUNDS; id += 5) {
                  String sql =
                      "INSERT INTO spread VALUES (%d, %d), (%d, %d), (%d, %d), (%d, %d)"
                          .formatted(id, client, id + 1, client, id + 2, client, id + 3, client);
                  attempt(connection, sql);
                }
              }
              return client;
            });
    assertThat(value("SELECT count(*) FROM spread WHERE id >= 200")).isEqualTo(4 * ROUNDS);
    assertThat(
            value(
                "SELECT count(*) FROM (SELECT id / 5 FROM spread WHERE id >= 200"
                    + " GROUP BY id / 5 HAVING min(v) <> max(v)) x"))
        .isZero();
  }

  @Test
  void aSerialColumnGivesEachNumberOnce() {
    create("numbered (id bigserial, client int)", "HASH (client)");
    repeat("INSERT INTO numbered (client) VALUES (1), (2), (3)");
    assertThat(value("SELECT count(DISTINCT id) FROM numbered")).isEqualTo(3 * CLIENTS * ROUNDS);
    run("DROP TABLE numbered");
  }

  /** A statement that waited behind DROP and CREATE must not read or write the old table. */
  @Test
  void aTableMadeAnewIsSeenAnewAtOnce() {
    create("remade (id int, made int)", "HASH (id)");
    run("INSERT INTO remade SELECT g, 0 FROM generate_series(1, 30) g");
    AtomicInteger latest = new AtomicInteger();
    Crowd.run(CLIENTS, client -> client == 0 ? () -> remake(latest) : () -> watch(latest));
    run("DROP TABLE remade");
  }

  private int remake(AtomicInteger latest) {
    String by = drover.isDrover() ? " DISTRIBUTE BY HASH (id)" : "";
    try (WireClient connection = WireClient.login(drover)) {
      for (int made = 1; made <= ROUNDS; made++) {
        String sql =
            "BEGIN; DROP TABLE remade; CREATE TABLE remade (id int, made int)%s; INSERT INTO remade SELECT g, %d FROM generate_series(1, 30) g; COMMIT"
                .formatted(by, made);
        for (String statement : sql.split("; ", -1)) {
          assertThat(attempt(connection, statement)).as(statement).isEmpty();
        }
        latest.set(made);
      }
    }
    return ROUNDS;
  }

  private int watch(AtomicInteger latest) {
    int reads = 0;
    try (WireClient connection = WireClient.login(drover)) {
      while (latest.get() < ROUNDS) {
        int least = latest.get();
        List<Message> reply =
            connection.query("SELECT made FROM remade WHERE id = " + (1 + reads % 30));
        Optional<String> error = Transcript.error(reply).map(Message::sqlState);
        if (error.isPresent()) {
          assertThat(error.get()).isIn("42P01", "40001");
          continue;
        }
        assertThat(reply.get(1).type()).as("a row").isEqualTo('D');
        assertThat(number(reply)).isGreaterThanOrEqualTo(least);
        reads++;
      }
    }
    return reads;
  }

  /** Returns how often a statement had to be run again. */
  private int repeat(String sql) {
    AtomicInteger retries = new AtomicInteger();
    Crowd.run(
        CLIENTS,
        client ->
            () -> {
              try (WireClient connection = WireClient.login(drover)) {
                for (int round = 0; round < ROUNDS; round++) {
                  retries.addAndGet(untilDone(connection, sql));
                }
              }
              return client;
            });
    return retries.get();
  }

  /** Each node joins its own rows with its own copy: a differing copy changes the sums. */
  private void assertReplicasAreEqual() {
    long count = value("SELECT count(*) FROM copied");
    long sum = value("SELECT sum(id * 1000 + v) FROM copied");
    assertThat(value("SELECT count(*) FROM spread CROSS JOIN copied")).isEqualTo(ROWS * count);
    assertThat(value("SELECT sum(copied.id * 1000 + copied.v) FROM spread CROSS JOIN copied"))
        .isEqualTo(ROWS * sum);
  }

  /** Again after a deadlock or a conflict; any other error fails. */
  private static int untilDone(WireClient connection, String sql) {
    int retries = 0;
    Optional<String> error = attempt(connection, sql);
    while (error.isPresent()) {
      assertThat(RETRY).as(sql).contains(error.get());
      retries++;
      error = attempt(connection, sql);
    }
    return retries;
  }

  private static Optional<String> attempt(WireClient connection, String sql) {
    return Transcript.error(connection.query(sql)).map(Message::sqlState);
  }

  private void create(String table, String distribution) {
    run("CREATE TABLE " + table + (drover.isDrover() ? " DISTRIBUTE BY " + distribution : ""));
  }

  private void run(String sql) {
    try (WireClient client = WireClient.login(drover)) {
      assertThat(Transcript.error(client.query(sql)).map(Transcript::line)).isEmpty();
    }
  }

  private long value(String sql) {
    try (WireClient client = WireClient.login(drover)) {
      return number(client.query(sql));
    }
  }

  private static long number(List<Message> reply) {
    Message row = reply.stream().filter(message -> message.type() == 'D').findFirst().orElseThrow();
    return Long.parseLong(Transcript.text(row.values().getFirst().orElseThrow()));
  }
}
