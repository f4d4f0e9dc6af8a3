package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.wire.Frontend;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A statement that waits behind {@code DROP TABLE t; CREATE TABLE t} was planned for the old table:
 * it may answer for the new one or fail, but never mix the two.
 */
@ExtendWith(EndpointsExtension.class)
class ReplacedTableTest {
  private static final Set<String> MAY_FAIL = Set.of("40001", "42P01");

  private final Endpoint drover;

  ReplacedTableTest(Endpoints endpoints) {
    drover = endpoints.drover();
  }

  @AfterEach
  void dropTable() {
    new Sql(drover).run("DROP TABLE IF EXISTS replaced");
  }

  @ParameterizedTest
  @CsvSource({
    "HASH (id), REPLICATION",
    "HASH (id), ROUNDROBIN",
    "HASH (id), HASH (v)",
    "REPLICATION, HASH (id)",
    "REPLICATION, ROUNDROBIN",
    "ROUNDROBIN, REPLICATION",
    "ROUNDROBIN, HASH (id)",
  })
  void aWaitingStatementNeverMixesTables(String before, String after) {
    List<String> statements =
        List.of(
            "SELECT count(*) || ' ' || sum(v) FROM replaced",
            "SELECT count(*) || ' ' || sum(v) FROM (SELECT v FROM replaced ORDER BY v) x",
            "SELECT count(*) || ' ' || sum(v) FROM replaced WHERE id = 3");
    List<String> wrong = new ArrayList<>();
    for (String statement : statements) {
      Optional<Message> error = Optional.empty();
      String found = "";
      String expected;
      try (WireClient one = WireClient.login(drover);
          WireClient other = WireClient.login(drover)) {
        run(one, "DROP TABLE IF EXISTS replaced");
        run(one, "CREATE TABLE replaced (id int, v int)" + by(before));
        run(one, "INSERT INTO replaced SELECT g, g FROM generate_series(1, 12) g");
        other.query(statement);
        run(one, "BEGIN");
        run(one, "DROP TABLE replaced");
        run(one, "CREATE TABLE replaced (id int, v int)" + by(after));
        run(one, "INSERT INTO replaced SELECT g, g * 100 FROM generate_series(1, 5) g");
        other.send(Frontend.query(statement));
        run(one, "SELECT count(*) FROM replaced");
        run(one, "COMMIT");
        List<Message> reply = other.readUntil("Z");
        error = Transcript.error(reply);
        found = error.isPresent() ? "" : first(reply);
        expected = first(run(one, statement));
      }
      boolean failedRightly = error.map(e -> MAY_FAIL.contains(e.sqlState())).orElse(false);
      if (!failedRightly && !found.equals(expected)) {
        wrong.add(statement + ": " + found + error.map(Transcript::line).orElse(""));
      }
    }
    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "ROUNDROBIN, ROUNDROBIN, false",
    "ROUNDROBIN, HASH (id), false",
    "ROUNDROBIN, REPLICATION, false",
    "REPLICATION, ROUNDROBIN, false",
    "ROUNDROBIN, ROUNDROBIN, true",
    "ROUNDROBIN, REPLICATION, true",
    "HASH (id), ROUNDROBIN, true",
  })
  void aWaitingWriteIsDoneWholeOrNotAtAll(String before, String after, boolean temporary) {
    String write = "INSERT INTO replaced VALUES (77, 1)";
    try (WireClient one = WireClient.login(drover);
        WireClient other = WireClient.login(drover)) {
      run(one, "DROP TABLE IF EXISTS replaced");
      run(one, "CREATE TABLE replaced (id int, v int)" + by(before));
      if (temporary) {
        run(other, "CREATE TEMPORARY TABLE own (i int)");
      }
      run(other, write);
      run(one, "BEGIN");
      run(one, "DROP TABLE replaced");
      run(one, "CREATE TABLE replaced (id int, v int)" + by(after));
      other.send(Frontend.query(write));
      run(one, "SELECT count(*) FROM replaced");
      run(one, "COMMIT");
      Optional<Message> error = Transcript.error(other.readUntil("Z"));
      error.ifPresent(e -> assertThat(e.sqlState()).isIn(MAY_FAIL));
      String expected = error.isPresent() ? "0" : "1";
      assertThat(first(run(one, "SELECT count(*) FROM replaced WHERE id = 77")))
          .isEqualTo(expected);
      assertThat(first(run(one, "SELECT count(*) FROM (SELECT FROM replaced OFFSET 0) x")))
          .isEqualTo(expected);
    }
  }

  private String by(String distribution) {
    return drover.isDrover() ? " DISTRIBUTE BY " + distribution : "";
  }

  private static List<Message> run(WireClient client, String sql) {
    List<Message> reply = client.query(sql);
    assertThat(Transcript.error(reply).map(Transcript::line)).as(sql).isEmpty();
    return reply;
  }

  private static String first(List<Message> reply) {
    return reply.stream()
        .filter(message -> message.type() == 'D')
        .map(row -> row.values().getFirst().map(Transcript::text).orElse("NULL"))
        .findFirst()
        .orElse("nothing");
  }
}
