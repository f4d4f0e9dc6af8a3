package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** EXPLAIN names the nodes that a statement goes to: no more than it needs. */
@ExtendWith(EndpointsExtension.class)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server routes nothing")
class RouteTest {
  private static final Pattern NODE = Pattern.compile("\\bdn[123]\\b");
  private static final int DATANODES = 3;

  private final Sql sql;

  RouteTest(Endpoints endpoints) {
    sql = new Sql(endpoints.drover());
  }

  @BeforeEach
  void createTables() {
    sql.run("CREATE TABLE routed (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
    sql.run("CREATE TABLE beside (id int, w int) DISTRIBUTE BY HASH (id)");
    sql.run("CREATE TABLE everywhere (id int PRIMARY KEY, v int) DISTRIBUTE BY REPLICATION");
    sql.run("INSERT INTO routed SELECT g, g FROM generate_series(1, 30) g");
  }

  @AfterEach
  void dropTables() {
    sql.run("DROP TABLE routed, beside, everywhere");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM routed WHERE id = 7",
        "SELECT * FROM routed WHERE 7 = id AND v > 3",
        "SELECT * FROM routed r WHERE r.id = 7 OR (r.id = 7 AND v = 1)",
        "SELECT * FROM routed WHERE id IN (7)",
        "SELECT * FROM routed r JOIN beside b ON r.id = b.id WHERE r.id = 7",
        "SELECT * FROM routed r, beside b WHERE r.id = 7 AND b.id = 7",
        "SELECT * FROM routed r JOIN everywhere e ON e.id = r.v WHERE r.id = 7",
        "SELECT (SELECT max(w) FROM beside b WHERE b.id = r.id) FROM routed r WHERE id = 7",
        "UPDATE routed SET v = 1 WHERE id = 7",
        "DELETE FROM routed WHERE id = 7",
        "INSERT INTO routed VALUES (100, 1)",
        "SELECT * FROM everywhere",
        "SELECT count(*) FROM everywhere",
      })
  void aPinnedStatementGoesToOneNode(String statement) {
    assertThat(nodes(statement)).as(statement).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM routed",
        "SELECT count(*) FROM routed",
        "SELECT * FROM routed WHERE v = 7",
        "SELECT * FROM routed ORDER BY v LIMIT 3",
        "SELECT * FROM routed r JOIN beside b ON r.id = b.id",
        "UPDATE routed SET v = 1",
        "DELETE FROM routed WHERE v = 7",
      })
  void anUnpinnedStatementGoesToAllNodes(String statement) {
    assertThat(nodes(statement)).as(statement).hasSize(DATANODES);
  }

  @Test
  void explainChangesNothing() {
    nodes("DELETE FROM routed");
    nodes("UPDATE routed SET v = 1000");
    assertThat(sql.value("SELECT count(*) || ' ' || max(v) FROM routed")).isEqualTo("30 30");
  }

  @Test
  void rowsAreSpreadOverAllNodes() {
    Set<String> used = new TreeSet<>();
    for (int id = 1; id <= 30; id++) {
      used.addAll(nodes("SELECT * FROM routed WHERE id = " + id));
    }
    assertThat(used).hasSize(DATANODES);
  }

  private Set<String> nodes(String statement) {
    String plan = String.join("\n", sql.column("EXPLAIN " + statement));
    return NODE.matcher(plan)
        .results()
        .map(found -> found.group())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
