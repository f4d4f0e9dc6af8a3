package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** EXECUTE DIRECT and CLEAN CONNECTION, as Postgres-XC has them. */
@ExtendWith(EndpointsExtension.class)
class ClusterCommandsTest {
  /** Another one in each test: connections of a role that was dropped may still be there. */
  private static final AtomicInteger ROLES = new AtomicInteger();

  private final Endpoints endpoints;
  private final Sql sql;
  private final String role = "cluster_commands_" + ROLES.incrementAndGet();
  private List<String> nodes = List.of();

  ClusterCommandsTest(Endpoints endpoints) {
    this.endpoints = endpoints;
    this.sql = new Sql(endpoints.drover());
  }

  @BeforeEach
  void create() {
    assumeThat(endpoints.datanodes()).isNotEmpty();
    nodes = sql.column("SELECT node_name FROM pgxc_node ORDER BY 1");
    sql.run("CREATE SCHEMA cluster_commands");
    sql.run("CREATE TABLE cluster_commands.t (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
    sql.run("INSERT INTO cluster_commands.t SELECT g, 0 FROM generate_series(1, 30) g");
    sql.run("CREATE ROLE " + role + " LOGIN");
  }

  @AfterEach
  void drop() {
    if (!nodes.isEmpty()) {
      sql.run("DROP SCHEMA cluster_commands CASCADE");
      sql.run("DROP ROLE " + role);
    }
  }

  @Test
  void eachNodeShowsItsOwnRowsAndSettings() {
    int rows = 0;
    Set<String> ports = new HashSet<>();
    for (String node : nodes) {
      rows += Integer.parseInt(direct(node, "SELECT count(*) FROM cluster_commands.t"));
      ports.add(direct(node, "SELECT current_setting(''port'')"));
      assertThat(direct(node, "SELECT count(*) > 0 FROM pg_class WHERE relname LIKE ''t$%''"))
          .isEqualTo("t");
    }
    assertThat(rows).isEqualTo(30);
    assertThat(ports).hasSize(nodes.size());
  }

  private String direct(String node, String query) {
    return sql.value("EXECUTE DIRECT ON (%s) '%s'".formatted(node, query));
  }

  @Test
  void itSeesWhatItsTransactionHasDone() {
    try (WireClient client = WireClient.login(endpoints.drover())) {
      client.query("BEGIN");
      client.query("UPDATE cluster_commands.t SET v = 1");
      int sum = 0;
      for (String node : nodes) {
        List<String> reply =
            Transcript.of(
                client.query(
                    "EXECUTE DIRECT ON (%s) 'SELECT sum(v) FROM cluster_commands.t'"
                        .formatted(node)));
        String row = reply.stream().filter(l -> l.startsWith("DataRow")).findFirst().orElseThrow();
        sum += Integer.parseInt(row.replaceAll("[^0-9]", ""));
      }
      assertThat(sum).isEqualTo(30);
      assertThat(Transcript.of(client.query("COMMIT"))).contains("CommandComplete COMMIT");
    }
    assertThat(sql.value("SELECT sum(v) FROM cluster_commands.t")).isEqualTo("30");
  }

  @Test
  void theExtendedProtocolDescribesIt() throws SQLException {
    int rows = 0;
    try (Connection connection = endpoints.drover().connect()) {
      for (String node : nodes) {
        rows += letters(connection, node);
      }
    }
    assertThat(rows).isEqualTo(30);
  }

  private static int letters(Connection connection, String node) throws SQLException {
    String query = "SELECT id, ''x''::text AS letter FROM cluster_commands.t";
    int rows = 0;
    try (PreparedStatement statement =
            connection.prepareStatement("EXECUTE DIRECT ON (%s) '%s'".formatted(node, query));
        ResultSet result = statement.executeQuery()) {
      assertThat(result.getMetaData().getColumnName(2)).isEqualTo("letter");
      while (result.next()) {
        assertThat(result.getInt(1)).isBetween(1, 30);
        rows++;
      }
    }
    return rows;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "(dn1, dn2) 'SELECT 1' | 0A000 | Support for EXECUTE DIRECT on multiple nodes is not"
            + " available yet",
        "(nowhere) 'SELECT 1' | 42704 | PGXC Node nowhere: object not defined",
        "(dn1) 'DELETE FROM cluster_commands.t' | 0A000 | EXECUTE DIRECT cannot execute DML"
            + " queries",
        "(dn1) 'WITH d AS (DELETE FROM cluster_commands.t RETURNING 1) TABLE d' | 0A000 | EXECUTE"
            + " DIRECT cannot execute DML queries",
        "(dn1) 'EXPLAIN ANALYZE DELETE FROM cluster_commands.t' | 0A000 | EXECUTE DIRECT cannot"
            + " execute DML queries",
        "(dn1) 'DROP TABLE cluster_commands.t' | 0A000 | EXECUTE DIRECT cannot execute this utility"
            + " query",
        "(dn1) 'COMMIT' | 0A000 | EXECUTE DIRECT cannot execute this utility query",
        "(dn1) 'SELECT 1; SELECT 2' | 42601 | EXECUTE DIRECT can only execute one query at a time",
        "(dn1) 'SELECT 1 FROM cluster_commands.missing' | 42P01 | relation"
            + " \"cluster_commands.missing\" does not exist",
        "(dn1) 'SELECT $1::int' | 42P02 | there is no parameter $1",
        "(dn1) 'SELECT 1 / 0' | 22012 | division by zero",
      })
  void whatItDoesNotRun(String rest, String state, String message) {
    var error = sql.error("EXECUTE DIRECT ON " + rest);
    assertThat(error.get('C')).as(error.toString()).isEqualTo(state);
    assertThat(error.get('M')).isEqualTo(message);
    assertThat(sql.value("SELECT count(*) FROM cluster_commands.t")).isEqualTo("30");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"EXECUTE DIRECT ON (dn1) 'SELECT 1'", "CLEAN CONNECTION TO ALL TO USER postgres"})
  void onlySuperusersMay(String command) {
    var error = new Sql(asRole()).error(command);
    assertThat(error.get('C')).isEqualTo("42501");
    assertThat(error.get('M')).startsWith("must be superuser to ");
  }

  @Test
  void idleConnectionsAreClosed() {
    try (WireClient client = WireClient.login(asRole())) {
      client.query("SELECT 1");
      assertThat(connections()).isPositive();
      sql.run("CLEAN CONNECTION TO ALL FOR DATABASE postgres TO USER " + role);
      awaitNone();
      assertThat(Transcript.of(client.query("SELECT 1"))).contains("CommandComplete SELECT 1");
    }
  }

  @Test
  void connectionsInUseAreEndedByForceOnly() {
    try (WireClient client = WireClient.login(asRole())) {
      client.query("BEGIN");
      client.query("SELECT 1");
      sql.run("CLEAN CONNECTION TO ALL TO USER " + role);
      assertThat(Transcript.of(client.query("SELECT 1"))).contains("CommandComplete SELECT 1");
      sql.run("CLEAN CONNECTION TO ALL FORCE TO USER " + role);
      awaitNone();
      assertThat(Transcript.error(client.query("SELECT 1"))).isPresent();
      client.query("ROLLBACK");
      assertThat(Transcript.of(client.query("SELECT 1"))).contains("CommandComplete SELECT 1");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CLEAN CONNECTION TO ALL | 42601",
        "CLEAN CONNECTION TO NODE (nowhere) TO USER postgres | 42704",
        "CLEAN CONNECTION TO ALL TO USER nobody_of_this_name | 42704",
        "CLEAN CONNECTION TO ALL FOR DATABASE nothing_of_this_name | 3D000",
      })
  void namesAreChecked(String command, String state) {
    assertThat(sql.error(command).get('C')).isEqualTo(state);
  }

  private Endpoint asRole() {
    return endpoints.drover().as(new Endpoint.Login(role, "", "postgres"));
  }

  private long connections() {
    return endpoints.datanodes().stream().mapToLong(this::connections).sum()
        + connectionsToCatalog();
  }

  private long connectionsToCatalog() {
    return Long.parseLong(
        sql.value("SELECT count(*) FROM pg_stat_activity WHERE usename = '" + role + "'"));
  }

  private long connections(Endpoint node) {
    return Long.parseLong(
        new Sql(node)
            .value("SELECT count(*) FROM pg_stat_activity WHERE usename = '" + role + "'"));
  }

  private void awaitNone() {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (connections() > 0) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
