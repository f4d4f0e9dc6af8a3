package dev.drover.coordinator.metadata;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Servers whose metadata an earlier release made, from the files that it had, come to this release
 * with their tables and rows.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpgradeTest {
  private static final String FORMAT = "SELECT version, scripts FROM drover.format";

  private DdlCluster cluster;

  @BeforeAll
  void startServers() throws SQLException {
    cluster = DdlCluster.startServers(PostgresBinaries.bundled());
    cluster.createRoles();
  }

  @AfterAll
  void stopServers() {
    cluster.close();
  }

  /** A cluster of format 1 with a table and two rows. */
  @BeforeEach
  void makeFormer() throws SQLException, IOException {
    for (int node = 0; node <= DdlCluster.DATANODES; node++) {
      run(
          node,
          """
          DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'drover') THEN
              CREATE ROLE drover SUPERUSER LOGIN;
            END IF;
          END $$;
          DROP TABLE IF EXISTS public.t;
          DO $$
          DECLARE
            moved record;
          BEGIN
            FOR moved IN SELECT oid::regprocedure AS original, proname, oidvectortypes(proargtypes) AS args
              FROM pg_proc WHERE pronamespace = to_regnamespace('drover') AND oid < 16384
            LOOP
              EXECUTE format('DROP FUNCTION pg_catalog.%I(%s)', moved.proname, moved.args);
              EXECUTE format('ALTER FUNCTION %s SET SCHEMA pg_catalog', moved.original);
            END LOOP;
          END $$;
          DROP SCHEMA IF EXISTS drover CASCADE\
          """);
    }
    run(0, file("catalog.sql"));
    for (int node = 1; node <= DdlCluster.DATANODES; node++) {
      run(
          0,
          "INSERT INTO drover.nodes (id, name, host, port) VALUES (%d, 'dn%d', '127.0.0.1', 5432)"
              .formatted(node, node));
      run(node, file("datanode.sql"));
      run(node, "INSERT INTO drover.this_node (id) VALUES (%d)".formatted(node));
    }
    run(0, file("table.sql"));
    String table =
        cluster.askCatalog(
            "SELECT quote_literal(drover.table_for_nodes("
                + "'public.t'::regclass, 'PARTITION BY HASH (\"a\")', '{}')::text)");
    String slots = cluster.askCatalog("SELECT slots FROM drover.colocation_groups");
    for (int node = 1; node <= DdlCluster.DATANODES; node++) {
      run(
          node,
          "SELECT drover.create_table(%s::json, 't$1', '%s', '{1,2}')".formatted(table, slots));
    }
  }

  @Test
  void tablesOfAFormerReleaseAreKept() throws SQLException {
    assertThatThrownBy(this::snapshot)
        .isInstanceOf(SqlError.class)
        .hasMessage("the cluster's metadata has format 1, this coordinator knows format 2");
    cluster.upgrade();
    assertThat(cluster.askCatalog(FORMAT))
        .isEqualTo("2|" + MetadataFormat.ofThisRelease().scripts());
    assertThat(snapshot().distribution()).isInstanceOf(Distribution.Hash.class);
    try (DdlSession alice = cluster.session("root")) {
      alice.run("ALTER TABLE t ADD COLUMN c text COLLATE \"C\"");
      alice.run("CREATE TABLE other (a int PRIMARY KEY, b text) DISTRIBUTE BY HASH (a)");
      assertThat(alice.snapshot().relation("public", "t").orElseThrow().columns()).hasSize(3);
      alice.run("DROP TABLE other");
      alice.run("DROP TABLE t");
    }
    assertThat(cluster.ask(1, DdlServers.LEAVES)).isEmpty();
  }

  @Test
  void severalCoordinatorsMayStartAtOnce() {
    List<CompletableFuture<Void>> starts =
        List.of(upgradeInBackground(), upgradeInBackground(), upgradeInBackground());
    starts.forEach(CompletableFuture::join);
    assertThatCode(this::snapshot).doesNotThrowAnyException();
  }

  @Test
  void whatIsUpToDateIsLeftAlone() throws SQLException {
    cluster.upgrade();
    String before = cluster.askCatalog("SELECT xmin FROM drover.format");
    cluster.upgrade();
    assertThat(cluster.askCatalog("SELECT xmin FROM drover.format")).isEqualTo(before);
    run(0, "UPDATE drover.format SET scripts = 'of another release with the same format'");
    cluster.upgrade();
    assertThat(cluster.askCatalog(FORMAT)).endsWith(MetadataFormat.ofThisRelease().scripts());
  }

  @Test
  void anUpgradeThatFailsChangesNothingOnTheCatalogNode() throws SQLException {
    run(
        1,
        "ALTER FUNCTION drover.no_value(text) RENAME TO other; CREATE VIEW drover.this_node2 AS"
            + " SELECT 1; DROP TABLE drover.this_node; ALTER VIEW drover.this_node2 RENAME TO"
            + " this_node");
    assertThatThrownBy(cluster::upgrade).isInstanceOf(SQLException.class);
    assertThat(cluster.askCatalog("SELECT version FROM drover.format")).isEqualTo("1");
    run(1, "DROP VIEW drover.this_node");
    cluster.upgrade();
    assertThat(cluster.askCatalog(FORMAT)).startsWith("2|");
  }

  @Test
  void aNewerFormatIsRefused() throws SQLException {
    run(0, "UPDATE drover.format SET version = 3");
    assertThatThrownBy(cluster::upgrade)
        .isInstanceOfSatisfying(
            SqlError.class,
            e -> assertThat(e.state()).isEqualTo(SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE))
        .hasMessage("the cluster's metadata has format 3, this coordinator knows format 2");
    assertThat(cluster.askCatalog("SELECT version FROM drover.format")).isEqualTo("3");
  }

  private CompletableFuture<Void> upgradeInBackground() {
    return CompletableFuture.runAsync(
        () -> {
          try {
            cluster.upgrade();
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private Relation snapshot() throws SQLException {
    try (DdlSession session = cluster.session("root")) {
      return session.snapshot().relation("public", "t").orElseThrow();
    }
  }

  private void run(int node, String sql) throws SQLException {
    try (Connection connection = cluster.connect(node);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String file(String name) throws IOException {
    try (InputStream in = UpgradeTest.class.getResourceAsStream("format-1/" + name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
