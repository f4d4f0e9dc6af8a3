package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.wire.Frontend;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Statements in a client's transaction that wait for a table while its rows are given to other
 * nodes: where they are the first of their transaction they are planned anew, and what was done
 * before stays done.
 */
@ExtendWith(EndpointsExtension.class)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server distributes nothing")
@Timeout(60)
class WaitingInTransactionsTest {
  private static final String WAITERS =
      "SELECT 1 FROM pg_locks WHERE locktype = 'relation' AND NOT granted";

  private static final List<String> PREPARATION =
      List.of(
          "CREATE TABLE nearby (id int PRIMARY KEY, n int) DISTRIBUTE BY HASH (id) TO NODE (dn1)",
          "CREATE TABLE wanted (id int PRIMARY KEY, n int) DISTRIBUTE BY HASH (id) TO NODE (dn2)",
          "INSERT INTO nearby VALUES (1, 0), (2, 0)",
          "INSERT INTO wanted VALUES (1, 0), (2, 0)");

  private final Endpoint drover;
  private final Endpoint second;

  WaitingInTransactionsTest(Endpoints endpoints) {
    drover = endpoints.drover();
    second = endpoints.datanodes().get(1);
  }

  @BeforeEach
  void create() {
    PREPARATION.forEach(new Sql(drover)::run);
  }

  @AfterEach
  void drop() {
    new Sql(drover).run("DROP TABLE nearby");
    new Sql(drover).run("DROP TABLE wanted");
  }

  @Test
  void whoHasNotBeenThereGoesWhereTheRowsAreAndKeepsWhatItDid() {
    try (WireClient client = WireClient.login(drover)) {
      run(client, "BEGIN");
      run(client, "UPDATE nearby SET n = n + 1 WHERE id = 1");
      run(client, "SAVEPOINT s");
      run(client, "UPDATE nearby SET n = n + 1 WHERE id = 2");
      assertThat(waits(client, "UPDATE wanted SET n = n + 1 WHERE id = 1")).isEmpty();
      run(client, "UPDATE wanted SET n = n + 1 WHERE id = 2");
      assertThat(sums(client)).isEqualTo("2 2");
      run(client, "ROLLBACK TO s");
      assertThat(sums(client)).isEqualTo("1 0");
      run(client, "UPDATE wanted SET n = n + 1 WHERE id = 2");
      run(client, "COMMIT");
      assertThat(sums(client)).isEqualTo("1 1");
    }
  }

  @Test
  void aCopyGoesWhereTheTableIsWhenItsRowsCome() {
    try (WireClient client = WireClient.login(drover)) {
      run(client, "BEGIN");
      run(client, "UPDATE nearby SET n = n + 1 WHERE id = 1");
      move(() -> client.send(Frontend.query("COPY wanted FROM STDIN")));
      assertThat(Transcript.error(client.readUntil("G"))).isEmpty();
      client.send(Frontend.copyData("3\t5\n4\t5\n"));
      client.send(Frontend.copyDone());
      assertThat(Transcript.error(client.readUntil("Z"))).isEmpty();
      run(client, "COMMIT");
      assertThat(sums(client)).isEqualTo("1 10");
      assertThat(new Sql(second).column("SELECT id FROM wanted")).isEmpty();
    }
  }

  @Test
  void whoHasBeenThereIsAskedToTryAgainAndHasDoneNothing() {
    try (WireClient client = WireClient.login(drover)) {
      run(client, "CREATE TABLE there (id int, n int) DISTRIBUTE BY ROUNDROBIN TO NODE (dn2)");
      run(client, "BEGIN");
      run(client, "UPDATE nearby SET n = n + 1 WHERE id = 1");
      run(client, "INSERT INTO there VALUES (1, 1)");
      assertThat(waits(client, "UPDATE wanted SET n = n + 1 WHERE id = 1")).contains("40001");
      run(client, "COMMIT");
      assertThat(sums(client)).isEqualTo("0 0");
      assertThat(column(client, "SELECT id FROM there")).isEmpty();
      run(client, "DROP TABLE there");
    }
  }

  /** Its snapshot is older than the rows are where they have gone. */
  @Test
  void whoKeepsAViewIsAskedToTryAgain() {
    try (WireClient client = WireClient.login(drover)) {
      run(client, "BEGIN ISOLATION LEVEL REPEATABLE READ");
      run(client, "SELECT n FROM nearby WHERE id = 1");
      assertThat(waits(client, "UPDATE wanted SET n = n + 1 WHERE id = 1")).contains("40001");
      run(client, "ROLLBACK");
      assertThat(sums(client)).isEqualTo("0 0");
    }
  }

  /** The SQLSTATE with which the statement fails that waits, if it does. */
  private List<String> waits(WireClient client, String sql) {
    move(() -> client.send(Frontend.query(sql)));
    return Transcript.error(client.readUntil("Z")).map(Message::sqlState).stream().toList();
  }

  /** The rows go to another node while a statement waits for them. */
  private void move(Runnable send) {
    try (WireClient mover = WireClient.login(drover)) {
      run(mover, "BEGIN");
      run(mover, "ALTER TABLE wanted TO NODE (dn3)");
      send.run();
      Sql node = new Sql(second);
      while (node.column(WAITERS).isEmpty()) {
        Thread.onSpinWait();
      }
      run(mover, "COMMIT");
    }
  }

  private static String sums(WireClient client) {
    return column(client, "SELECT sum(n) FROM nearby").getFirst()
        + " "
        + column(client, "SELECT sum(n) FROM wanted").getFirst();
  }

  private static List<Message> run(WireClient client, String sql) {
    List<Message> reply = client.query(sql);
    assertThat(Transcript.error(reply).map(Transcript::line)).as(sql).isEmpty();
    return reply;
  }

  private static List<String> column(WireClient client, String sql) {
    return run(client, sql).stream()
        .filter(message -> message.type() == 'D')
        .map(row -> row.values().getFirst().map(Transcript::text).orElse("NULL"))
        .toList();
  }
}
