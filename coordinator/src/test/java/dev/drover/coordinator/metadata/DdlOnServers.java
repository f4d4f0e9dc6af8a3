package dev.drover.coordinator.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import java.sql.SQLException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/**
 * Plans of DDL run on real servers: the catalog node, the datanodes and the metadata must agree
 * afterwards, for a role without special rights.
 */
abstract class DdlOnServers extends DdlServers {
  @Test
  void aHashTableIsPlainOnTheCatalogNodeAndPartitionedOnDatanodes() throws SQLException {
    alice.run("CREATE TABLE t (id int PRIMARY KEY, v text) DISTRIBUTE BY HASH (id)");
    assertThat(table("t").distribution()).isInstanceOf(Distribution.Hash.class);
    Distribution.Hash hash = (Distribution.Hash) table("t").distribution();
    assertThat(hash.leafName()).isEqualTo("t$" + hash.distributionId());
    assertThat(cluster.askCatalog("SELECT relkind FROM pg_class WHERE relname = 't'"))
        .isEqualTo("r");
    assertThat(cluster.ask(1, LEAVES).lines())
        .hasSize(16)
        .first()
        .isEqualTo("drover$0|%s|alice".formatted(hash.leafName()));
    assertThat(cluster.ask(2, LEAVES).lines())
        .hasSize(16)
        .first()
        .isEqualTo("drover$1|%s|alice".formatted(hash.leafName()));
    assertThat(
            cluster.ask(
                1, "SELECT DISTINCT conname FROM pg_constraint WHERE conname LIKE 't_pkey$%'"))
        .isEqualTo("t_pkey$" + hash.distributionId());
    assertThat(cluster.askCatalog("SELECT * FROM drover.tables"))
        .isEqualTo("public|t|HASH(id)|ALL DATANODES|f");
    assertThat(cluster.askCatalog("SELECT pclocatortype, pcattnum, nodeoids FROM pgxc_class"))
        .isEqualTo("H|1|1 2");
  }

  @Test
  void aWriteThatReachesTheCatalogNodeFails() throws SQLException {
    alice.run("CREATE TABLE t (id int) DISTRIBUTE BY HASH (id)");
    assertThatThrownBy(() -> alice.participantQuery(0, "INSERT INTO t VALUES (1)"))
        .hasMessageContaining("reached the catalog node");
    alice.rollback();
    assertThatThrownBy(() -> alice.participantQuery(0, "TRUNCATE t"))
        .hasMessageContaining("reached the catalog node");
  }

  @Test
  void rolledBackDdlLeavesNothingAnywhere() throws SQLException {
    alice.begin();
    alice.run("CREATE TABLE t (id int PRIMARY KEY)");
    alice.run("CREATE INDEX ON t (id)");
    alice.rollback();
    assertThat(alice.snapshot().relation("public", "t")).isEmpty();
    assertThat(cluster.ask(1, LEAVES)).isEmpty();
    assertThat(cluster.askCatalog("SELECT * FROM drover.distributions")).isEmpty();
  }

  @Test
  void aTableMadeAndDroppedInOneTransactionIsGone() throws SQLException {
    alice.begin();
    alice.run("CREATE TABLE t (id int PRIMARY KEY)", "DROP TABLE t");
    alice.commit();
    assertThat(alice.snapshot().relation("public", "t")).isEmpty();
  }

  @Test
  void longAndQuotedNamesWork() throws SQLException {
    String name = "Ünï \"quoted\" " + "x".repeat(45);
    String quoted = "\"" + name.replace("\"", "\"\"") + "\"";
    alice.run("CREATE TABLE %s (\"K ey\" bigint PRIMARY KEY)".formatted(quoted));
    alice.run("CREATE INDEX \"%s\" ON %s (\"K ey\")".formatted("i".repeat(63), quoted));
    Distribution.Hash hash = (Distribution.Hash) table(name).distribution();
    assertThat(cluster.ask(1, LEAVES).lines().findFirst().orElseThrow())
        .isEqualTo("drover$0|%s|alice".formatted(hash.leafName()));
    assertThat(
            cluster.ask(1, "SELECT count(*) FROM pg_class WHERE relname ~ '^i+~......[$][0-9]+$'"))
        .isEqualTo("16");
    alice.run("DROP TABLE " + quoted);
  }

  @Test
  void serialAndIdentityRaiseOnDatanodesIfNoValueArrives() throws SQLException {
    alice.run(
        "CREATE TABLE t (id serial PRIMARY KEY, b bigint GENERATED ALWAYS AS IDENTITY, c text)");
    assertThat(
            cluster.askCatalog(
                "SELECT count(*) FROM pg_class WHERE relkind = 'S'" + " AND relname LIKE 't\\_%'"))
        .isEqualTo("2");
    assertThat(cluster.ask(1, "SELECT count(*) FROM pg_class WHERE relname LIKE 't\\_%seq'"))
        .isEqualTo("0");
    assertThatThrownBy(() -> alice.participantQuery(1, "INSERT INTO t (b) VALUES (1)"))
        .hasMessageContaining("no value for column");
    alice.rollback();
    alice.run("ALTER TABLE t ADD COLUMN d serial, ADD e int DEFAULT 5");
    assertThatThrownBy(() -> alice.participantQuery(1, "INSERT INTO t (id, b) VALUES (1, 1)"))
        .hasMessageContaining("no value for column");
  }

  @Test
  void moduloPlacesByValue() throws SQLException {
    alice.run("CREATE TABLE t (a int PRIMARY KEY, v text) DISTRIBUTE BY MODULO (a)");
    Distribution.Modulo modulo = (Distribution.Modulo) table("t").distribution();
    alice.participantQuery(1, "INSERT INTO t VALUES (32), (-30), (2147483646), (-2147483648)");
    assertThat(
            DdlSession.text(
                alice.participantQuery(1, "SELECT tableoid::regclass, a FROM t ORDER BY a")))
        .isEqualTo(
            """
            "drover$0"."%1$s"|-2147483648
            "drover$2"."%1$s"|-30
            "drover$0"."%1$s"|32
            "drover$30"."%1$s"|2147483646\
            """
                .formatted(modulo.leafName()));
  }

  @Test
  void foreignKeysBetweenTablesThatLieTogetherAreDeclaredFromLeafToLeaf() throws SQLException {
    alice.run(
        "CREATE TABLE p (id int PRIMARY KEY) DISTRIBUTE BY HASH (id)",
        "CREATE TABLE c (p bigint, n int, PRIMARY KEY (p, n),"
            + " FOREIGN KEY (p) REFERENCES p ON DELETE CASCADE) DISTRIBUTE BY HASH (p)");
    assertThat(
            cluster.ask(
                1,
                "SELECT count(*), count(conparentid = 0 OR NULL) FROM pg_constraint"
                    + " WHERE contype = 'f'"))
        .isEqualTo("16|16");
    alice.participantQuery(
        1,
        "INSERT INTO p SELECT i FROM generate_series(1, 100) i"
            + " WHERE satisfies_hash_partition('p'::regclass, 2, 0, i)");
    alice.participantQuery(1, "INSERT INTO c SELECT id, 1 FROM p");
    assertThatThrownBy(
            () ->
                alice.participantQuery(
                    1,
                    "INSERT INTO c SELECT i, 2 FROM generate_series(1000, 1100) i"
                        + " WHERE satisfies_hash_partition('p'::regclass, 2, 0, i)"))
        .hasMessageContaining("violates foreign key constraint");
    alice.rollback();
    alice.run("ALTER TABLE c RENAME CONSTRAINT c_p_fkey TO renamed");
    assertThat(cluster.ask(1, "SELECT DISTINCT conname FROM pg_constraint WHERE contype = 'f'"))
        .startsWith("renamed$");
    alice.run("ALTER TABLE c DROP CONSTRAINT renamed");
    assertThat(cluster.ask(1, "SELECT count(*) FROM pg_constraint WHERE contype = 'f'"))
        .isEqualTo("0");
    alice.run("ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p");
    alice.run("DROP TABLE p CASCADE");
    assertThat(cluster.ask(2, "SELECT count(*) FROM pg_constraint WHERE contype = 'f'"))
        .isEqualTo("0");
  }

  @Test
  void whatOneNodeCannotEnforceIsRefused() throws SQLException {
    alice.run("CREATE TABLE p (id int PRIMARY KEY, w int UNIQUE) DISTRIBUTE BY REPLICATION");
    assertThatThrownBy(
            () -> alice.run("CREATE TABLE t (a int, b int UNIQUE) DISTRIBUTE BY HASH (a)"))
        .hasMessageContaining("Cannot create index whose evaluation cannot be enforced");
    assertThatThrownBy(
            () -> alice.run("CREATE TABLE t (a int PRIMARY KEY) DISTRIBUTE BY ROUNDROBIN"))
        .hasMessageContaining("Cannot create index whose evaluation cannot be enforced");
    assertThatThrownBy(
            () ->
                alice.run(
                    "CREATE TABLE t (a int PRIMARY KEY, m int REFERENCES t)"
                        + " DISTRIBUTE BY HASH (a)"))
        .hasMessageContaining("Cannot create foreign key whose evaluation cannot be enforced");
    alice.run("CREATE TABLE c (a int REFERENCES p) DISTRIBUTE BY ROUNDROBIN");
    assertThatThrownBy(() -> alice.run("CREATE TABLE t (a float) DISTRIBUTE BY HASH (a)"))
        .hasMessageContaining("not a hash distributable data type");
    assertThatThrownBy(() -> alice.run("CREATE TABLE t (a text) DISTRIBUTE BY MODULO (a)"))
        .hasMessageContaining("not a modulo distributable data type");
    assertThatThrownBy(() -> alice.run("CREATE TABLE t (a int) DISTRIBUTE BY HASH (zz)"))
        .hasMessageContaining("column \"zz\" does not exist");
    assertThatThrownBy(() -> alice.run("CREATE TABLE t (a int) PARTITION BY RANGE (a)"))
        .hasMessageContaining("partitioning by the user");
  }

  @Test
  void createTableAsAndLikeTakeTheirColumnsFromTheCatalogNode() throws SQLException {
    alice.run("CREATE TABLE t (a int PRIMARY KEY, b text DEFAULT 'x' CHECK (b <> ''))");
    alice.run("CREATE TABLE l (LIKE t INCLUDING ALL)");
    assertThat(table("l").uniqueKeys()).hasSize(1);
    alice.takeNotices();
    alice.run("CREATE TABLE s (x, y) AS (SELECT a, b || 'é' FROM t) WITH DATA");
    assertThat(alice.takeNotices())
        .contains("then: INSERT INTO \"public\".\"s\" (SELECT a, b || 'é' FROM t) ");
    assertThat(
            cluster.ask(
                1,
                "SELECT string_agg(attname || ' ' || atttypid::regtype, ',')"
                    + " FROM pg_attribute WHERE attrelid = 's'::regclass AND attnum > 0"))
        .isEqualTo("x integer,y text");
    alice.run("SELECT a AS only INTO i FROM t");
    assertThat(table("i").columns()).hasSize(1);
  }

  @Test
  void theSnapshotHoldsUsersAndSystemRelations() throws SQLException {
    for (int i = 0; i < 3; i++) {
      alice.run(
          "CREATE TABLE t%d (a int PRIMARY KEY, b text DEFAULT 'x', c int UNIQUE)".formatted(i)
              + " DISTRIBUTE BY REPLICATION");
    }
    assertThat(alice.snapshot().relations().stream().filter(Relation::distributed)).hasSize(3);
    Relation table = table("t1");
    assertThat(table.column("b").orElseThrow().constantDefault()).isTrue();
    assertThat(table.uniqueKeys()).hasSize(2);
    assertThat(alice.snapshot().relation("pg_catalog", "pg_class")).isPresent();
    assertThat(alice.snapshot().relation("drover", "tables")).isPresent();
  }

  @Test
  void rolesGetOneVerifierOnAllNodes() throws SQLException {
    try (DdlSession superuser = cluster.session("root")) {
      superuser.run("CREATE ROLE carol LOGIN PASSWORD 'it''s secret'");
      String query = "SELECT rolpassword FROM pg_authid WHERE rolname = 'carol'";
      assertThat(cluster.askCatalog(query)).startsWith("SCRAM-SHA-256$4096:");
      assertThat(cluster.ask(1, query)).isEqualTo(cluster.askCatalog(query));
      superuser.run("DROP ROLE carol");
    }
  }

  @Test
  void nodesAndGroupsAreMetadata() throws SQLException {
    try (DdlSession superuser = cluster.session("root")) {
      superuser.run("CREATE NODE GROUP g WITH (dn2)");
      superuser.run("CREATE TABLE t (a int) TO GROUP g");
      assertThat(table("t").distribution().nodes()).containsExactly(2);
      assertThatThrownBy(() -> superuser.run("DROP NODE dn2")).hasMessageContaining("in use");
      superuser.run("ALTER NODE dn1 WITH (PRIMARY, PREFERRED)");
      assertThat(cluster.askCatalog("SELECT node_name, nodeis_primary FROM pgxc_node ORDER BY 1"))
          .isEqualTo("dn1|t\ndn2|f");
      superuser.run("ALTER NODE dn1 WITH (PRIMARY = false, PREFERRED = false)");
      superuser.run("DROP TABLE t", "DROP NODE GROUP g");
      superuser.run("CREATE NODE dn3 WITH (TYPE = 'datanode', HOST = 'h', PORT = 5433)");
      assertThat(superuser.snapshot().node("dn3")).isPresent();
      superuser.run("DROP NODE dn3");
    }
    assertThatThrownBy(() -> alice.run("CREATE NODE dn9 WITH (TYPE = 'datanode')"))
        .hasMessageContaining("must be superuser");
  }

  @Test
  void bootstrapRunsAgainWithoutHarm() throws SQLException {
    alice.run("CREATE TABLE t (a int PRIMARY KEY)");
    CatalogSnapshot before = alice.snapshot();
    alice.rollback();
    cluster.bootstrap();
    assertThat(alice.snapshot().relation("public", "t")).isEqualTo(before.relation("public", "t"));
    assertThat(alice.snapshot().nodes()).containsExactlyInAnyOrderElementsOf(before.nodes());
  }

  @Test
  void aServerIsCheckedAndEquippedBeforeItBecomesANode() throws SQLException {
    String roles = "SELECT rolname, rolpassword, rolsuper FROM pg_authid WHERE rolname = 'dave'";
    try (var catalog = cluster.connect(0)) {
      var queries = new JdbcQueries(catalog);
      queries.query("CREATE ROLE dave LOGIN PASSWORD 'x'");
      queries.query("GRANT alice TO dave WITH ADMIN OPTION");
      NodeInstaller installer = cluster.installer();
      installer.prepare(DdlCluster.SPARE, "dn3", "127.0.0.1", 0);
      assertThat(cluster.ask(DdlCluster.SPARE, roles)).isEqualTo(cluster.askCatalog(roles));
      assertThat(cluster.ask(DdlCluster.SPARE, "SELECT id FROM drover.this_node")).isEqualTo("3");
      assertThatThrownBy(() -> installer.prepare(2, "dn2", "127.0.0.1", 0))
          .hasMessageContaining("is node \"dn2\" of a cluster already");
      queries.query("DROP ROLE dave");
    }
  }

  @Test
  void theServersMeetTheRequirements() throws SQLException {
    try (var catalog = cluster.connect(0);
        var node = cluster.connect(1)) {
      var facts = NodeRequirements.ClusterFacts.of(new JdbcQueries(catalog));
      NodeRequirements.checkHashes("dn1", new JdbcQueries(node));
      NodeRequirements.check("dn1", new JdbcQueries(node), facts);
      var more =
          new NodeRequirements.ClusterFacts(
              facts.majorVersion(), facts.collationVersion(), 2 * facts.preparedTransactions());
      assertThatThrownBy(() -> NodeRequirements.check("dn1", new JdbcQueries(node), more))
          .hasMessageContaining("does not meet the requirements");
    }
  }

  /** A server that was built otherwise is played by one whose hash function is exchanged. */
  @Test
  void aServerThatHashesOtherwiseIsRefused() throws SQLException {
    try (var catalog = cluster.connect(0);
        var node = cluster.connect(1)) {
      node.setAutoCommit(false);
      var queries = new JdbcQueries(node);
      queries.query("SET LOCAL allow_system_table_mods = on");
      queries.query(
          "CREATE FUNCTION pg_temp.other_hash(integer, bigint) RETURNS bigint IMMUTABLE STRICT"
              + " RETURN $1::bigint * 11 + $2");
      queries.query(
          "UPDATE pg_amproc SET amproc = 'pg_temp.other_hash(integer, bigint)'::regprocedure"
              + " WHERE amprocnum = 2 AND amprocrighttype = 'integer'::regtype"
              + " AND amproc = 'hashint4extended'::regproc");
      assertThatThrownBy(() -> NodeRequirements.checkHashes("dn1", queries))
          .hasMessageContaining("node \"dn1\" does not hash as the other nodes do")
          .asInstanceOf(InstanceOfAssertFactories.type(SqlError.class))
          .extracting(error -> error.detail().orElse(""))
          .isEqualTo("type int4 is hashed in another way.");
      node.rollback();
      var facts = NodeRequirements.ClusterFacts.of(new JdbcQueries(catalog));
      NodeRequirements.check("dn1", queries, facts);
      node.rollback();
    }
  }
}
