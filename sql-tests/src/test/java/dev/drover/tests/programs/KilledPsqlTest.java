package dev.drover.tests.programs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** kill -9 of a psql: what it held is given back, what it had begun is gone. */
@ExtendWith(InstalledServers.class)
@Timeout(120)
class KilledPsqlTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String LOCKED = "55P03";

  /** More than a coordinator holds back before nodes get their first rows. */
  private static final int COPIED_ROWS = 40_000;

  private static final String NOTE = "n".repeat(1000);

  /** Of clients; Drover's own connections are idle when nothing runs. */
  private static final String BUSY =
      """
      SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'
        AND pid <> pg_backend_pid() AND query LIKE '%killed%' AND state <> 'idle'\
      """;

  private final Endpoints endpoints;
  private final Endpoint drover;

  KilledPsqlTest(Endpoints endpoints) {
    this.endpoints = endpoints;
    this.drover = endpoints.drover();
  }

  @BeforeEach
  void createTable() {
    String by = drover.isDrover() ? " DISTRIBUTE BY HASH (id)" : "";
    query(drover, "CREATE TABLE killed (id int PRIMARY KEY, v int, note text)" + by);
    query(drover, "INSERT INTO killed SELECT g, 0, NULL FROM generate_series(1, 20) g");
  }

  @AfterEach
  void dropTable() {
    query(drover, "DROP TABLE killed");
  }

  @Test
  void inTheMiddleOfATransaction() throws IOException {
    Process psql = Program.PSQL.start(drover, "-X", "-q");
    try (Writer input = psql.outputWriter(StandardCharsets.UTF_8)) {
      input.write("BEGIN; UPDATE killed SET v = 1;\n");
      input.flush();
      await(() -> stateOf("SELECT FROM killed WHERE id = 20 FOR UPDATE NOWAIT").equals(LOCKED));
      psql.destroyForcibly();
      await(this::isQuiet);
    }
    assertThat(stateOf("LOCK TABLE killed IN ACCESS EXCLUSIVE MODE NOWAIT")).isEmpty();
    assertThat(value("SELECT sum(v) FROM killed")).isEqualTo("0");
  }

  @Test
  void inTheMiddleOfACopy() throws IOException {
    Process psql = Program.PSQL.start(drover, "-X", "-q", "-c", "COPY killed FROM STDIN");
    try (Writer input = psql.outputWriter(StandardCharsets.UTF_8)) {
      for (int id = 1000; id < 1000 + COPIED_ROWS; id++) {
        input.write("%d\t1\t%s\n".formatted(id, NOTE));
      }
      input.flush();
      await(() -> stateOf("LOCK TABLE killed IN SHARE MODE NOWAIT").equals(LOCKED));
      psql.destroyForcibly();
      await(this::isQuiet);
    }
    assertThat(stateOf("LOCK TABLE killed IN ACCESS EXCLUSIVE MODE NOWAIT")).isEmpty();
    assertThat(value("SELECT count(*) FROM killed")).isEqualTo("20");
  }

  /** No server has anything under way for it. */
  private boolean isQuiet() {
    List<Endpoint> servers = drover.isDrover() ? endpoints.servers() : List.of(drover);
    return servers.stream().allMatch(server -> first(query(server, BUSY)).equals("0"));
  }

  private String stateOf(String sql) {
    try (WireClient client = WireClient.login(drover)) {
      client.query("BEGIN");
      return Transcript.error(client.query(sql)).map(Message::sqlState).orElse("");
    }
  }

  private String value(String sql) {
    return first(query(drover, sql));
  }

  private static List<Message> query(Endpoint endpoint, String sql) {
    try (WireClient client = WireClient.login(endpoint)) {
      List<Message> reply = client.query(sql);
      assertThat(Transcript.error(reply).map(Transcript::line)).as(sql).isEmpty();
      return reply;
    }
  }

  private static String first(List<Message> reply) {
    Message row = reply.stream().filter(message -> message.type() == 'D').findFirst().orElseThrow();
    return Transcript.text(row.values().getFirst().orElseThrow());
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
    }
  }
}
