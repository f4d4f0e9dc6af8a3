package dev.drover.tests.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What EXPLAIN shows. {@code -Drewrite} writes the file of plans as they are now; the difference is
 * then to be read. Numbers in leaves' names are left out, since they differ from cluster to
 * cluster; {@code :dn1} is an id of {@code h} whose row is on dn1, since where a slot is differs
 * too.
 */
@ExtendWith(EndpointsExtension.class)
class ExplainTest {
  private static final Path FILE = Path.of("src/test/resources/explain/explain.txt");
  private static final String CASE = "====\n";
  private static final String PLAN = "----\n";

  private final Endpoints endpoints;
  private final Sql sql;

  ExplainTest(Endpoints endpoints) {
    this.endpoints = endpoints;
    this.sql = new Sql(endpoints.drover());
  }

  @BeforeEach
  void create() {
    assumeThat(endpoints.datanodes()).hasSize(3);
    sql.run("CREATE SCHEMA explained");
    sql.run("CREATE TABLE explained.h (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
    sql.run("CREATE TABLE explained.n (a int, b int) DISTRIBUTE BY ROUNDROBIN");
    sql.run("CREATE TABLE explained.r (id int PRIMARY KEY) DISTRIBUTE BY REPLICATION");
    sql.run("INSERT INTO explained.h SELECT g, g FROM generate_series(1, 90) g");
    fillEachNode();
  }

  /** A session's rows go round, but from whichever node is next. */
  private void fillEachNode() {
    try (WireClient client = WireClient.login(endpoints.drover())) {
      for (int row = 1; row <= endpoints.datanodes().size(); row++) {
        client.query("INSERT INTO explained.n VALUES (%d, %1$d)".formatted(row));
      }
    }
    for (Endpoint node : endpoints.datanodes()) {
      assertThat(new Sql(node).value("SELECT count(*) FROM explained.n")).isEqualTo("1");
    }
  }

  @AfterEach
  void drop() {
    if (endpoints.datanodes().size() == 3) {
      sql.run("DROP SCHEMA explained CASCADE");
    }
  }

  @Test
  void plansAreShownAsWritten() throws IOException {
    List<Case> before =
        Stream.of(Files.readString(FILE, UTF_8).split(CASE, -1)).map(Case::parse).toList();
    List<Case> after = new ArrayList<>();
    try (WireClient client = WireClient.login(endpoints.drover())) {
      client.query("SET search_path = explained");
      for (Case written : before) {
        String plan = shown(client.query(withIds(written.statement())));
        after.add(new Case(written.statement(), plan));
      }
    }
    if (System.getProperty("rewrite") != null) {
      Files.writeString(
          FILE, after.stream().map(Case::text).collect(Collectors.joining(CASE)), UTF_8);
    }
    SoftAssertions.assertSoftly(
        softly -> {
          for (int i = 0; i < before.size(); i++) {
            Case written = before.get(i);
            softly
                .assertThat(after.get(i).plan())
                .as(written.statement())
                .isEqualTo(written.plan());
          }
        });
  }

  private String withIds(String statement) {
    String text = statement;
    for (Endpoint node : endpoints.datanodes()) {
      String name = ":dn" + (endpoints.datanodes().indexOf(node) + 1);
      if (text.contains(name)) {
        text = text.replace(name, new Sql(node).value("SELECT min(id) FROM explained.h"));
      }
    }
    return text;
  }

  private record Case(String statement, String plan) {
    static Case parse(String text) {
      int end = text.indexOf(PLAN);
      return new Case(text.substring(0, end), text.substring(end + PLAN.length()));
    }

    String text() {
      return statement + PLAN + plan;
    }
  }

  private static String shown(List<Message> reply) {
    StringBuilder shown = new StringBuilder();
    for (Message message : reply) {
      if (message.type() == 'D') {
        shown.append(Transcript.text(message.values().getFirst().orElseThrow())).append('\n');
      }
    }
    Transcript.error(reply)
        .ifPresent(
            e -> shown.append(e.errorFields().get('C') + " " + e.errorFields().get('M') + "\n"));
    return shown
        .toString()
        .replaceAll("\\$[0-9]+\"\\.\"", "\\$s\".\"")
        .replaceAll("([a-z])\\$[0-9]+", "$1\\$n")
        .replaceAll("(?m)(Node/s: |\\[\"|- \"|<Item>)dn[123]($|\"|<)", "$1dn?$2");
  }

  @Test
  void itGoesByParametersAsTheStatementDoes() throws SQLException {
    try (Connection connection = endpoints.drover().connect();
        PreparedStatement statement =
            connection.prepareStatement(
                "EXPLAIN (FORMAT json, ANALYZE) SELECT v FROM explained.h WHERE id = ?")) {
      for (int id = 1; id <= 10; id++) {
        statement.setInt(1, id);
        try (ResultSet result = statement.executeQuery()) {
          assertThat(result.getMetaData().getColumnTypeName(1)).isEqualTo("json");
          result.next();
          String plan = result.getString(1);
          assertThat(plan).contains("\"Node Type\": \"Data Node Scan\"", "\"Execution Time\"");
          assertThat(plan).containsOnlyOnce("\"Node/s\"");
          assertThat(isJson(plan)).isTrue();
        }
      }
    }
  }

  private boolean isJson(String text) {
    String node = "'" + text.replace("'", "''") + "'::json -> 0 -> 'Plan' -> 'Plans' -> 0";
    return sql.value("SELECT (" + node + " ->> 'Relation Name') LIKE 'h$%'").equals("t");
  }

  @Test
  void analyzeShowsMovedRowsInEveryFormat() {
    String query = "SELECT count(*) FROM explained.n";
    for (String format : List.of("text", "json", "yaml", "xml")) {
      String plan =
          String.join(
              "\n", sql.column("EXPLAIN (ANALYZE, VERBOSE, FORMAT " + format + ") " + query));
      assertThat(plan).containsIgnoringCase("bytes").containsIgnoringCase("drover_x1");
    }
  }

  @Test
  void analyzeReallyRunsChanges() {
    String analyze = "EXPLAIN (ANALYZE, SUMMARY off) ";
    sql.run(analyze + "INSERT INTO explained.h VALUES (101, 1), (102, 1), (103, 1), (104, 1)");
    sql.run(analyze + "INSERT INTO explained.n SELECT g, 5 FROM generate_series(1, 9) g");
    sql.run(analyze + "UPDATE explained.h SET v = 1000 WHERE id > 100");
    sql.run(analyze + "INSERT INTO explained.r SELECT g FROM generate_series(1, 4) g");
    sql.run(analyze + "DELETE FROM explained.h WHERE id = 104");
    sql.run(analyze + "UPDATE explained.r SET id = id + 10");
    assertThat(sql.value("SELECT count(*) || ' ' || sum(v) FROM explained.h WHERE id > 100"))
        .isEqualTo("3 3000");
    assertThat(sql.value("SELECT count(*) FROM explained.n WHERE b = 5")).isEqualTo("9");
    for (String node : sql.column("SELECT node_name FROM pgxc_node")) {
      assertThat(
              sql.value("EXECUTE DIRECT ON (%s) 'SELECT min(id) FROM explained.r'".formatted(node)))
          .isEqualTo("11");
    }
  }

  @Test
  void whatAnalyzeHasDoneIsUndoneWithItsTransaction() {
    try (WireClient client = WireClient.login(endpoints.drover())) {
      client.query("BEGIN");
      client.query("EXPLAIN ANALYZE DELETE FROM explained.h");
      client.query("EXPLAIN ANALYZE INSERT INTO explained.r VALUES (77)");
      client.query("ROLLBACK");
    }
    assertThat(sql.value("SELECT count(*) FROM explained.h")).isEqualTo("90");
    assertThat(sql.value("SELECT count(*) FROM explained.r")).isEqualTo("0");
  }

  @Test
  void preparedStatementsAreExplainedWithTheirArguments() {
    try (WireClient client = WireClient.login(endpoints.drover())) {
      client.query("PREPARE p(int) AS SELECT v FROM explained.h WHERE id = $1");
      String plan = shown(client.query("EXPLAIN (COSTS off) EXECUTE p(3 + 4)"));
      assertThat(plan).contains("Data Node Scan", "(id = 7)");
      assertThat(shown(client.query("EXECUTE p(7)"))).isEqualTo("7\n");
    }
  }
}
