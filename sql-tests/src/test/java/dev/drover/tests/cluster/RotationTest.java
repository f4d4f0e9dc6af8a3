package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/** An INSERT into a round-robin table goes where its transaction has written already. */
@ExtendWith(EndpointsExtension.class)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no datanodes to look at")
class RotationTest {
  private static final int KEYS = 12;

  private final Endpoint drover;
  private final List<Endpoint> datanodes;

  RotationTest(Endpoints endpoints) {
    drover = endpoints.drover();
    datanodes = endpoints.datanodes();
  }

  @BeforeEach
  void createTables() {
    Sql sql = new Sql(drover);
    sql.run("CREATE TABLE written (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
    sql.run("CREATE TABLE logged (id int) DISTRIBUTE BY ROUNDROBIN");
    sql.run("INSERT INTO written SELECT g, 0 FROM generate_series(1, %d) g".formatted(KEYS));
  }

  @AfterEach
  void dropTables() {
    new Sql(drover).run("DROP TABLE written, logged");
  }

  /** Then one node commits by itself. */
  @Test
  void insertsStayOnTheNodeThatWasWritten() {
    logEachKey("UPDATE written SET v = v + 1 WHERE id = %d");
    assertThat(strayed()).isEmpty();
    assertThat(new Sql(drover).value("SELECT count(*) FROM logged")).isEqualTo("" + KEYS);
  }

  /** A transaction that has only read binds nobody: rows go round. */
  @Test
  void readingBindsNobody() {
    logEachKey("SELECT v FROM written WHERE id = %d");
    assertThat(datanodes).noneMatch(node -> loggedOn(node).isEmpty());
  }

  private void logEachKey(String first) {
    try (WireClient client = WireClient.login(drover)) {
      for (int key = 1; key <= KEYS; key++) {
        run(client, "BEGIN");
        run(client, first.formatted(key));
        run(client, "INSERT INTO logged VALUES (%d)".formatted(key));
        run(client, "COMMIT");
      }
    }
  }

  /** Keys that were logged on a node that does not have their rows. */
  private List<String> strayed() {
    List<String> strayed = new ArrayList<>();
    for (Endpoint node : datanodes) {
      strayed.addAll(new Sql(node).column("SELECT id FROM logged EXCEPT SELECT id FROM written"));
    }
    return strayed;
  }

  private static List<String> loggedOn(Endpoint node) {
    return new Sql(node).column("SELECT id FROM logged");
  }

  private static void run(WireClient client, String sql) {
    assertThat(Transcript.error(client.query(sql)).map(Transcript::line)).as(sql).isEmpty();
  }
}
