package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.drover.agent.postgres.FreePorts;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.StopMode;
import dev.drover.agent.postgres.TemporaryServers;
import dev.drover.deploy.cluster.Auth;
import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import dev.drover.tests.moves.Patience;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Servers that join a cluster, and such as may not. */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no nodes")
class NodeAdmissionTest {
  private static final String CREATE =
      "CREATE NODE %s WITH (TYPE = 'datanode', HOST = '127.0.0.1', PORT = %d)";

  private static final List<String> SCHEMA =
      List.of(
          "CREATE SCHEMA shop",
          "CREATE TYPE shop.state AS ENUM ('new', 'paid')",
          "CREATE FUNCTION shop.twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1'",
          "CREATE TABLE shop.country (code text PRIMARY KEY) DISTRIBUTE BY REPLICATION",
          "CREATE TABLE shop.sale (id int PRIMARY KEY, state shop.state DEFAULT 'new', country text"
              + " REFERENCES shop.country, b int GENERATED ALWAYS AS (shop.twice(id)) STORED)"
              + " DISTRIBUTE BY HASH (id)",
          "CREATE INDEX ON shop.sale (state)",
          "CREATE TABLE shop.log (id bigserial, line text) DISTRIBUTE BY ROUNDROBIN",
          "CREATE VIEW shop.paid AS SELECT id FROM shop.sale WHERE state = 'paid'",
          "GRANT SELECT ON shop.sale TO teller",
          "INSERT INTO shop.country VALUES ('de'), ('it')",
          "INSERT INTO shop.sale SELECT g, 'paid', 'it' FROM generate_series(1, 100) g",
          "INSERT INTO shop.log (line) SELECT 'x' FROM generate_series(1, 10)");

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Path POSTGRES_15 = Path.of("/usr/lib/postgresql/15");

  private static TemporaryCluster cluster;
  private static TemporaryServers servers;

  @BeforeAll
  static void start() {
    cluster = TemporaryCluster.inThisProcess(1, Auth.SCRAM);
    servers = TemporaryServers.open();
  }

  @AfterAll
  static void stop() {
    servers.close();
    cluster.close();
  }

  @Test
  void anEmptyServerBecomesANodeAndTablesCanUseIt() throws SQLException {
    PostgresServer server = server("fresh", Map.of());
    try (Connection client = connect()) {
      execute(client, "CREATE ROLE teller LOGIN PASSWORD 'secret'");
      for (String sql : SCHEMA) {
        execute(client, sql);
      }
      execute(client, CREATE.formatted("dn4", server.port()));
      execute(client, "CREATE NODE GROUP pair WITH (dn1, dn4)");
      execute(
          client,
          "CREATE TABLE joined (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id) TO GROUP pair");
      execute(client, "GRANT ALL ON joined TO teller");
      execute(client, "INSERT INTO joined SELECT g, g FROM generate_series(1, 100) g");
      assertThat(text(client, "SELECT sum(v) FROM joined")).isEqualTo("5050");
      try (Connection node = cluster.server(server.port()).connect()) {
        assertThat(Integer.parseInt(text(node, "SELECT count(*) FROM joined"))).isBetween(20, 80);
        assertThat(text(node, "SELECT count(*) FROM pg_roles WHERE rolname = 'teller'"))
            .isEqualTo("1");
      }
      Endpoint.Login login = new Endpoint.Login("teller", "secret", "postgres");
      try (Connection teller = cluster.coordinators().getFirst().as(login).connect()) {
        execute(teller, "UPDATE joined SET v = v + 1");
        assertThat(text(teller, "SELECT sum(v) FROM joined")).isEqualTo("5150");
      }
      assertRefused(client, CREATE.formatted("dn5", server.port()), "55006");
      assertTheSchemaIsThere(client, server);
      assertRefused(client, "DROP NODE dn4", "55006");
      execute(client, "ALTER NODE dn4 WITH (PREFERRED)");
      execute(client, "DROP TABLE joined");
      execute(client, "DROP NODE GROUP pair");
      execute(client, "DROP NODE dn4");
      execute(client, "ALTER TABLE shop.sale ADD COLUMN later int DEFAULT 3");
      execute(client, CREATE.formatted("dn8", server.port()));
      assertThat(text(client, "SELECT sum(later) FROM shop.sale")).isEqualTo("300");
      try (Connection node = cluster.server(server.port()).connect()) {
        assertThat(text(node, "SELECT count(later) FROM shop.sale")).isEqualTo("0");
      }
      execute(client, "DROP NODE dn8");
      execute(client, "DROP SCHEMA shop CASCADE");
      execute(client, "DROP ROLE teller");
      assertThat(text(client, "SELECT count(*) FROM drover.nodes WHERE name = 'dn4'"))
          .isEqualTo("0");
    }
  }

  /** Old tables stay where they are; what can be changed in them is changed on the new node too. */
  private static void assertTheSchemaIsThere(Connection client, PostgresServer server)
      throws SQLException {
    execute(client, "ALTER TABLE shop.sale ADD COLUMN extra int DEFAULT shop.twice(4)");
    execute(client, "ALTER TABLE shop.log ADD COLUMN extra int");
    execute(client, "CREATE INDEX ON shop.country (lower(code))");
    assertThat(text(client, "SELECT sum(b + extra) FROM shop.sale")).isEqualTo("10900");
    assertThat(text(client, "SELECT count(*) FROM shop.paid")).isEqualTo("100");
    try (Connection node = cluster.server(server.port()).connect()) {
      assertThat(text(node, "SELECT count(*) FROM shop.country")).isEqualTo("0");
      assertThatThrownBy(() -> execute(node, "INSERT INTO shop.country VALUES ('at')"))
          .hasMessageContaining("reached a node that does not hold it");
      assertThatThrownBy(() -> execute(node, "INSERT INTO shop.sale VALUES (1)"))
          .hasMessageContaining("no partition of relation");
      assertThat(
              text(
                  node,
                  "SELECT string_agg(indexrelid::regclass::text, ' ' ORDER BY indexrelid) FROM"
                      + " pg_index WHERE indrelid IN ('shop.sale'::regclass,"
                      + " 'shop.country'::regclass)"))
          .isEqualTo("shop.country_pkey shop.sale_pkey shop.sale_state_idx shop.country_lower_idx");
      assertThat(text(node, "SELECT has_table_privilege('teller', 'shop.sale', 'SELECT')"))
          .isEqualTo("t");
    }
  }

  @Test
  void aServerWithALifeOfItsOwnIsLeftAlone() throws SQLException {
    PostgresServer server = server("used", Map.of());
    try (Connection admin = cluster.server(server.port()).connect();
        Connection client = connect()) {
      execute(admin, "CREATE TABLE mine (v int)");
      ServerErrorMessage error =
          assertRefused(client, CREATE.formatted("dn9", server.port()), "55000");
      assertThat(error.getMessage()).endsWith("has objects of its own already");
      assertThat(error.getDetail()).isEqualTo("Among them: table public.mine.");
      assertThat(text(admin, "SELECT to_regnamespace('drover') IS NULL")).isEqualTo("t");
    }
  }

  @Test
  void membersAreNotAdmittedTwice() throws SQLException {
    try (Connection client = connect()) {
      int member = Integer.parseInt(text(client, "SELECT port FROM drover.nodes WHERE id = 1"));
      int catalog = Integer.parseInt(text(client, "SELECT port FROM drover.nodes WHERE id = 0"));
      assertThat(assertRefused(client, CREATE.formatted("dn9", member), "55006").getMessage())
          .endsWith("is node \"dn1\" of a cluster already");
      assertThat(assertRefused(client, CREATE.formatted("dn9", catalog), "55006").getMessage())
          .endsWith("is the catalog node of a cluster already");
      execute(client, "BEGIN");
      execute(client, "CREATE TABLE in_between (v int)");
      assertRefused(client, CREATE.formatted("dn9", member), "25001");
      execute(client, "ROLLBACK");
    }
  }

  @Test
  void eachUnmetRequirementIsNamed() throws SQLException {
    PostgresServer server =
        server(
            "lacking",
            Map.of(
                "max_prepared_transactions",
                "5",
                "max_locks_per_transaction",
                "64",
                "wal_level",
                "replica"));
    Endpoint template =
        cluster.server(server.port()).as(new Endpoint.Login("drover", password(), "template1"));
    try (Connection admin = template.connect()) {
      execute(
          admin,
          "CREATE DATABASE latin ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'POSIX' TEMPLATE"
              + " template0");
      execute(admin, "ALTER DATABASE postgres RENAME TO before");
      execute(admin, "ALTER DATABASE latin RENAME TO postgres");
    }
    try (Connection client = connect()) {
      ServerErrorMessage error =
          assertRefused(client, CREATE.formatted("dn6", server.port()), "55000");
      assertThat(error.getMessage())
          .isEqualTo("server of node \"dn6\" does not meet the requirements");
      assertThat(error.getDetail())
          .contains("max_prepared_transactions must be at least")
          .contains("max_locks_per_transaction must be at least 256")
          .contains("wal_level must be logical")
          .contains("the database's encoding must be UTF8")
          .contains("collations must have the catalog node's versions");
      assertThat(text(client, "SELECT count(*) FROM drover.nodes")).isEqualTo("4");
    }
  }

  @Test
  void aServerThatCannotBeReachedIsNamed() throws SQLException {
    int port = FreePorts.one();
    try (Connection client = connect()) {
      ServerErrorMessage error = assertRefused(client, CREATE.formatted("dn7", port), "08001");
      assertThat(error.getMessage()).contains("127.0.0.1:" + port).contains("\"dn7\"");
    }
  }

  @Test
  void anotherMajorVersionIsNamedAndNothingIsLeftOnItsServer() throws SQLException {
    assumeThat(POSTGRES_15.resolve("bin/postgres")).isExecutable();
    try (TemporaryServers others = TemporaryServers.open(PostgresBinaries.installed(POSTGRES_15))) {
      PostgresServer server = others.start("old");
      cluster.adopt(server);
      try (Connection client = connect();
          Connection admin = cluster.server(server.port()).connect()) {
        assumeThat(major(client)).isNotEqualTo(major(admin));
        ServerErrorMessage error =
            assertRefused(client, CREATE.formatted("dn11", server.port()), "55000");
        assertThat(error.getDetail())
            .contains("PostgreSQL %s is needed, as on the catalog node".formatted(major(client)));
        assertThat(text(admin, "SELECT to_regnamespace('drover') IS NULL")).isEqualTo("t");
        assertThat(text(client, "SELECT count(*) FROM drover.nodes WHERE name = 'dn11'"))
            .isEqualTo("0");
      }
    }
  }

  private static String major(Connection connection) throws SQLException {
    return text(connection, "SELECT current_setting('server_version_num')::int / 10000");
  }

  @Test
  void unknownNodesAndThoseThatAreDownGetNoTables() throws SQLException {
    PostgresServer server = server("dead", Map.of());
    try (Connection client = connect()) {
      for (String sql : List.of("ALTER CLUSTER ADD NODE no1", "ALTER CLUSTER REMOVE NODE no1")) {
        ServerErrorMessage unknown = assertRefused(client, sql, "42704");
        assertThat(unknown.getMessage()).isEqualTo("PGXC Node no1: object not defined");
        assertThat(unknown.getHint()).contains("CREATE NODE");
      }
      execute(client, "CREATE TABLE everywhere (v int) DISTRIBUTE BY REPLICATION");
      for (String sql :
          List.of(
              "ALTER TABLE everywhere TO NODE (no1) CONCURRENTLY",
              "ALTER TABLE everywhere ADD NODE (no1) CONCURRENTLY")) {
        assertThat(assertRefused(client, sql, "42704").getMessage())
            .isEqualTo("PGXC Node no1: object not defined");
      }
      execute(client, CREATE.formatted("dn10", server.port()));
      server.stop(StopMode.IMMEDIATE);
      ServerErrorMessage down = assertRefused(client, "ALTER CLUSTER ADD NODE dn10", "55000");
      assertThat(down.getDetail()).contains("node dn10 cannot be reached");
      assertThat(down.getHint()).contains("drover.jobs");
      assertThat(text(client, "SELECT count(*) FROM drover.jobs WHERE finished IS NULL"))
          .isEqualTo("0");
      execute(client, "INSERT INTO everywhere VALUES (1)");
      server.start();
      Patience.await(
          SOON,
          () -> {
            execute(client, "DROP TABLE IF EXISTS everywhere");
            return true;
          },
          true);
      execute(client, "DROP NODE dn10");
    }
  }

  @Test
  void aMoveToANodeThatIsDownWaitsForItAndSaysSo() throws SQLException {
    PostgresServer server = server("away", Map.of());
    try (Connection client = connect()) {
      execute(client, "CREATE TABLE keyed (id int PRIMARY KEY) DISTRIBUTE BY HASH (id)");
      execute(client, "INSERT INTO keyed SELECT generate_series(1, 500)");
      String group =
          text(
              client,
              "SELECT colocation_group FROM drover.distributions WHERE relid = 'keyed'::regclass");
      String owner =
          text(client, "SELECT node FROM drover.shards WHERE table_name = 'keyed' AND slot = 0");
      String move = "SELECT drover.move_slot(" + group + ", 0, '%s')";
      ServerErrorMessage unknown = assertRefused(client, move.formatted("no1"), "42704");
      assertThat(unknown.getMessage()).isEqualTo("datanode \"no1\" does not exist");
      execute(client, CREATE.formatted("dn12", server.port()));
      server.stop(StopMode.IMMEDIATE);
      int job = Integer.parseInt(text(client, move.formatted("dn12")));
      String message = "SELECT message FROM drover.moves WHERE job = " + job;
      Patience.await(
          SOON,
          () -> text(client, message).startsWith("node dn12 cannot be reached: Connection to "),
          true);
      execute(client, "INSERT INTO keyed SELECT generate_series(501, 600)");
      server.start();
      text(client, "SELECT drover.wait_for(%d)".formatted(job));
      assertThat(text(client, "SELECT count(*) FROM keyed")).isEqualTo("600");
      text(client, "SELECT drover.wait_for(%s)".formatted(text(client, move.formatted(owner))));
      execute(client, "DROP TABLE keyed");
      execute(client, "DROP NODE dn12");
    }
  }

  /** It takes the cluster's password for the superuser, as whoever sets up a node must arrange. */
  private static PostgresServer server(String name, Map<String, String> settings)
      throws SQLException {
    PostgresServer server = servers.start(name, settings);
    cluster.adopt(server);
    return server;
  }

  private static String password() {
    return cluster.datanodes().getFirst().login().password();
  }

  private static ServerErrorMessage assertRefused(Connection client, String sql, String state) {
    Throwable failure = catchThrowable(() -> execute(client, sql));
    assertThat(failure).isInstanceOf(PSQLException.class);
    ServerErrorMessage error = ((PSQLException) failure).getServerErrorMessage();
    assertThat(error.getSQLState()).as(error.toString()).isEqualTo(state);
    return error;
  }

  private static Connection connect() throws SQLException {
    return cluster.coordinators().getFirst().connect();
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
