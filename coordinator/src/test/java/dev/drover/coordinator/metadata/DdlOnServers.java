package dev.drover.coordinator.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.ddl.SqlQuote;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Plans of DDL run on real servers: the catalog node, the datanodes and the metadata must agree
 * afterwards, for a role without special rights.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DdlOnServers {
  private static final String LEAVES =
      """
      SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner) FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname ~ '^drover\\$' ORDER BY length(n.nspname), 1, 2\
      """;

  private DdlCluster cluster;
  private DdlSession alice;

  abstract PostgresBinaries binaries();

  @BeforeAll
  void startCluster() throws SQLException {
    cluster = DdlCluster.start(binaries());
  }

  @AfterAll
  void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void openSession() throws SQLException {
    alice = cluster.session("alice");
  }

  @AfterEach
  void dropTables() throws SQLException {
    alice.close();
    try (DdlSession superuser = cluster.session("root")) {
      for (Relation relation : superuser.snapshot().relations()) {
        if (relation.distributed()) {
          superuser.run("DROP TABLE IF EXISTS %s CASCADE".formatted(SqlQuote.qualified(relation)));
        }
      }
    }
    for (int node = 1; node <= DdlCluster.DATANODES; node++) {
      assertThat(cluster.ask(node, LEAVES)).isEmpty();
    }
    assertThat(cluster.askCatalog("SELECT * FROM drover.distributions")).isEmpty();
  }

  private Relation table(String name) {
    return alice.snapshot().relation("public", name).orElseThrow();
  }

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
  void aProvisionalDistributionIsChosenAgainForAKeyOnAnEmptyTable() throws SQLException {
    alice.run("CREATE TABLE t (a int, b int, c text)");
    assertThat(alice.takeNotices()).anyMatch(n -> n.contains("HASH (a)"));
    alice.run("CREATE INDEX t_c ON t (c)", "GRANT SELECT ON t TO bob");
    alice.run("ALTER TABLE t ADD PRIMARY KEY (b)");
    assertThat(alice.takeNotices()).anyMatch(n -> n.contains("HASH (b)"));
    assertThat(cluster.askCatalog("SELECT distribution FROM drover.tables")).isEqualTo("HASH(b)");
    assertThat(cluster.ask(1, "SELECT count(*) FROM pg_class WHERE relname LIKE 't_c$%'"))
        .isEqualTo("16");
    assertThat(
            cluster.ask(
                1,
                "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND"
                    + " has_table_privilege('bob', oid, 'SELECT') AND relname LIKE 't$%'"))
        .isEqualTo("16");
    alice.participantQuery(
        1,
        "INSERT INTO t SELECT i, i, i FROM generate_series(1, 50) i"
            + " WHERE satisfies_hash_partition('t'::regclass, 2, 0, i)");
    alice.commit();
    assertThatThrownBy(() -> alice.run("ALTER TABLE t ADD UNIQUE (c)"))
        .hasMessageContaining("Cannot create index");
  }

  @Test
  void leavesFollowStorageLoggingIdentityAndGrants() throws SQLException {
    alice.run(
        "CREATE UNLOGGED TABLE t (a int PRIMARY KEY, b text) WITH (fillfactor = 70)"
            + " DISTRIBUTE BY HASH (a)");
    String facts =
        "SELECT DISTINCT reloptions, relpersistence, relreplident FROM pg_class"
            + " WHERE relname LIKE 't$%' AND relkind = 'r'";
    assertThat(cluster.ask(1, facts)).isEqualTo("{fillfactor=70}|u|d");
    alice.run("ALTER TABLE t SET (fillfactor = 80, autovacuum_enabled = off)");
    alice.run("ALTER TABLE t SET LOGGED", "ALTER TABLE t REPLICA IDENTITY FULL");
    assertThat(cluster.ask(2, facts)).isEqualTo("{fillfactor=80,autovacuum_enabled=off}|p|f");
    alice.run("ALTER TABLE t RESET (fillfactor, autovacuum_enabled)");
    alice.run("ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey");
    assertThat(cluster.ask(2, facts)).isEqualTo("NULL|p|i");
    alice.run("GRANT SELECT (b), UPDATE ON t TO bob WITH GRANT OPTION");
    String grants =
        "SELECT DISTINCT relacl, attacl FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid"
            + " WHERE relname LIKE 't$%' AND relkind = 'r' AND attname = 'b'";
    assertThat(cluster.ask(1, grants)).contains("bob=w*/alice").contains("{bob=r*/alice}");
    alice.run("REVOKE ALL ON t FROM bob CASCADE");
    assertThat(cluster.ask(1, grants)).doesNotContain("bob");
  }

  @Test
  void columnsAreAddedToTablesWithRows() throws SQLException {
    alice.run("CREATE TABLE r (a int PRIMARY KEY) DISTRIBUTE BY REPLICATION");
    alice.participantQuery(1, "INSERT INTO r VALUES (1)");
    alice.participantQuery(2, "INSERT INTO r VALUES (1)");
    alice.commit();
    alice.run("ALTER TABLE r ADD COLUMN t timestamptz DEFAULT now(), ADD c int DEFAULT 7");
    assertThat(cluster.ask(1, "SELECT * FROM r")).isEqualTo(cluster.ask(2, "SELECT * FROM r"));
    assertThat(
            cluster.ask(
                1,
                "SELECT column_default FROM information_schema.columns"
                    + " WHERE table_name = 'r' AND column_name = 't'"))
        .isEqualTo("now()");
    assertThatThrownBy(() -> alice.run("ALTER TABLE r ADD COLUMN x float DEFAULT random()"))
        .hasMessageContaining("volatile default");
    assertThatThrownBy(() -> alice.run("ALTER TABLE r ADD COLUMN x serial"))
        .hasMessageContaining("takes values from a sequence");
  }

  @Test
  void alterTableReachesLeaves() throws SQLException {
    alice.run("CREATE TABLE t (a int PRIMARY KEY, b int, c text) DISTRIBUTE BY HASH (a)");
    alice.run(
        "ALTER TABLE t ADD CHECK (b > 0), ALTER c TYPE varchar(10), ADD d int NOT NULL DEFAULT 1",
        "ALTER TABLE t RENAME COLUMN b TO bb",
        "CREATE UNIQUE INDEX named ON t (bb, a)",
        "ALTER INDEX named RENAME TO renamed",
        "ALTER TABLE t RENAME TO u");
    assertThat(cluster.ask(1, "SELECT count(*) FROM pg_class WHERE relname LIKE 'renamed$%'"))
        .isEqualTo("16");
    assertThat(
            cluster.ask(
                2,
                "SELECT DISTINCT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute"
                    + " JOIN pg_class c ON c.oid = attrelid WHERE relname LIKE 't$%'"
                    + " AND relkind = 'r' AND attnum > 0 GROUP BY c.oid"))
        .isEqualTo("a,bb,c,d");
    assertThatThrownBy(() -> alice.run("ALTER TABLE u DROP COLUMN a"))
        .hasMessageContaining("Distribution column cannot be dropped");
    alice.run("DROP INDEX renamed", "ALTER TABLE u DROP COLUMN c");
    assertThat(cluster.ask(1, "SELECT count(*) FROM pg_class WHERE relname LIKE 'renamed$%'"))
        .isEqualTo("0");
  }

  @Test
  void anEmptyTableIsSpreadAnotherWay() throws SQLException {
    alice.run("CREATE TABLE t (a int, b int) DISTRIBUTE BY HASH (a)");
    alice.run("ALTER TABLE t DISTRIBUTE BY REPLICATION");
    assertThat(table("t").distribution()).isInstanceOf(Distribution.Replicated.class);
    assertThat(cluster.ask(1, LEAVES)).isEmpty();
    alice.run("ALTER TABLE t DELETE NODE (dn2), DISTRIBUTE BY ROUNDROBIN");
    assertThat(table("t").distribution().nodes()).containsExactly(1);
    assertThatThrownBy(() -> alice.participantQuery(2, "INSERT INTO t VALUES (1, 1)"))
        .hasMessageContaining("does not hold it");
    alice.rollback();
    alice.participantQuery(1, "INSERT INTO t VALUES (1, 1)");
    alice.commit();
    assertThatThrownBy(() -> alice.run("ALTER TABLE t ADD NODE (dn2)"))
        .hasMessageContaining("that has rows");
  }

  @Test
  void exclusionConstraintsThatContainTheKeyAreOnEachLeaf() throws SQLException {
    alice.run(
        "CREATE TABLE t (a int, b int, EXCLUDE USING btree (a WITH =, b WITH =))"
            + " DISTRIBUTE BY HASH (a)");
    assertThat(cluster.ask(1, "SELECT count(*) FROM pg_constraint WHERE contype = 'x'"))
        .isEqualTo("16");
    alice.run("ALTER TABLE t DROP CONSTRAINT t_a_b_excl");
    assertThat(cluster.ask(1, "SELECT count(*) FROM pg_constraint WHERE contype = 'x'"))
        .isEqualTo("0");
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
  void otherObjectsAreMadeEverywhere() throws SQLException {
    alice.run("CREATE TABLE t (a int PRIMARY KEY, s text) DISTRIBUTE BY HASH (a)");
    try (DdlSession root = cluster.session("root")) {
      root.run(
          "CREATE SCHEMA app AUTHORIZATION alice",
          "CREATE EXTENSION pg_stat_statements",
          "CREATE TYPE app.mood AS ENUM ('sad', 'happy')",
          "ALTER TYPE app.mood ADD VALUE 'fine'",
          "CREATE DOMAIN app.key AS int CHECK (VALUE > 0)",
          "CREATE SEQUENCE app.s",
          "CREATE FUNCTION app.next() RETURNS bigint LANGUAGE sql AS 'SELECT nextval(''app.s'')'",
          "CREATE VIEW app.v AS SELECT s, count(*) FROM t GROUP BY s",
          "CREATE TABLE app.k (a app.key PRIMARY KEY, m app.mood DEFAULT 'sad')",
          "COMMENT ON TABLE app.k IS 'a table'",
          "GRANT SELECT ON ALL TABLES IN SCHEMA app TO bob",
          "ALTER DEFAULT PRIVILEGES FOR ROLE alice GRANT INSERT ON TABLES TO bob");
      String counts =
          """
          SELECT (SELECT count(*) FROM pg_extension), (SELECT count(*) FROM pg_enum),
            (SELECT count(*) FROM pg_proc WHERE proname = 'next'),
            (SELECT count(*) FROM pg_views WHERE schemaname = 'app'),
            has_table_privilege('bob', 'app.k', 'SELECT'),
            (SELECT count(*) FROM pg_default_acl)\
          """;
      assertThat(cluster.ask(1, counts)).isEqualTo("2|3|1|1|t|1");
      assertThat(cluster.askCatalog(counts)).isEqualTo(cluster.ask(2, counts));
      assertThat(
              cluster.ask(
                  1,
                  "SELECT count(*) FROM pg_class c WHERE relname LIKE 'k$%'"
                      + " AND has_table_privilege('bob', c.oid, 'SELECT')"))
          .isEqualTo("16");
      root.run("DROP OWNED BY bob", "DROP EXTENSION pg_stat_statements", "DROP SCHEMA app CASCADE");
      assertThat(cluster.ask(1, counts.replace("'app.k'", "'t'"))).startsWith("1|0|0|0|f|");
      root.run("ALTER DEFAULT PRIVILEGES FOR ROLE alice REVOKE INSERT ON TABLES FROM bob");
    }
  }

  @Test
  void aTableThatAViewUsesIsNotSpreadAnotherWay() throws SQLException {
    alice.run("CREATE TABLE t (a int, b int)", "CREATE VIEW w AS SELECT a FROM t");
    assertThatThrownBy(() -> alice.run("ALTER TABLE t ADD PRIMARY KEY (b)"))
        .hasMessageContaining("other objects depend on it");
    assertThat(table("t").uniqueKeys()).isEmpty();
  }

  @Test
  void rowsThatArriveBeforeATableIsMadeAgainAreNotLost() throws SQLException {
    alice.run("CREATE TABLE t (a int, b int)");
    try (var other = cluster.connect(1)) {
      other.setAutoCommit(false);
      new JdbcQueries(other)
          .query(
              "INSERT INTO t SELECT i, i FROM generate_series(1, 9) i"
                  + " WHERE satisfies_hash_partition('t'::regclass, 2, 0, i)");
      other.commit();
    }
    assertThatThrownBy(() -> alice.participantQuery(1, "SELECT drover.require_empty('t')"))
        .hasMessageContaining("table public.t has rows");
  }

  @Test
  void foreignKeysMayBeUncheckedFirst() throws SQLException {
    alice.run(
        "CREATE TABLE p (id int PRIMARY KEY) DISTRIBUTE BY HASH (id)",
        "CREATE TABLE c (p int) DISTRIBUTE BY HASH (p)");
    alice.participantQuery(
        1,
        "INSERT INTO c SELECT i FROM generate_series(1, 9) i"
            + " WHERE satisfies_hash_partition('c'::regclass, 2, 0, i)");
    alice.commit();
    alice.run("ALTER TABLE c ADD CONSTRAINT f FOREIGN KEY (p) REFERENCES p NOT VALID");
    assertThatThrownBy(() -> alice.run("ALTER TABLE c VALIDATE CONSTRAINT f"))
        .hasMessageContaining("violates foreign key constraint");
    alice.participantQuery(1, "INSERT INTO p SELECT p FROM c");
    alice.commit();
    alice.run("ALTER TABLE c VALIDATE CONSTRAINT f", "ALTER TABLE c RENAME CONSTRAINT f TO g");
    assertThat(
            cluster.ask(
                1,
                "SELECT count(*), bool_and(convalidated) FROM pg_constraint"
                    + " WHERE contype = 'f' AND conname LIKE 'g$%'"))
        .isEqualTo("16|t");
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
  void dropSchemaCascadeForgetsItsTables() throws SQLException {
    try (DdlSession superuser = cluster.session("root")) {
      superuser.run("CREATE SCHEMA app AUTHORIZATION alice");
      superuser.run("CREATE TABLE app.t (a int PRIMARY KEY)", "CREATE TABLE public.keep (a int)");
      superuser.run("DROP SCHEMA app CASCADE");
      assertThat(cluster.askCatalog("SELECT table_name FROM drover.tables")).isEqualTo("keep");
      superuser.run("DROP TABLE keep");
    }
  }

  @Test
  void truncateEmptiesDatanodesAndRestartsSequences() throws SQLException {
    alice.run("CREATE TABLE t (id serial PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
    alice.participantQuery(0, "SELECT nextval('t_id_seq')");
    alice.participantQuery(
        1,
        "INSERT INTO t SELECT i, i FROM generate_series(1, 50) i"
            + " WHERE satisfies_hash_partition('t'::regclass, 2, 0, i)");
    alice.commit();
    alice.run("TRUNCATE ONLY t RESTART IDENTITY");
    assertThat(cluster.ask(1, "SELECT count(*) FROM t")).isEqualTo("0");
    assertThat(cluster.askCatalog("SELECT nextval('t_id_seq')")).isEqualTo("1");
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
      cluster.installer(10).prepare(2, "dn2", "127.0.0.1", 0);
      assertThat(cluster.ask(2, roles)).isEqualTo(cluster.askCatalog(roles));
      assertThat(cluster.ask(2, "SELECT id FROM drover.this_node")).isEqualTo("2");
      assertThatThrownBy(() -> cluster.installer(1_000).prepare(2, "dn2", "127.0.0.1", 0))
          .hasMessageContaining("does not meet the requirements");
      queries.query("CREATE SCHEMA early");
      assertThatThrownBy(() -> cluster.installer(10).prepare(2, "dn2", "127.0.0.1", 0))
          .hasMessageContaining("adding a node to a cluster that has");
      queries.query("DROP SCHEMA early");
      queries.query("DROP ROLE dave");
    }
    try (var node = cluster.connect(2)) {
      new JdbcQueries(node).query("DROP ROLE dave");
    }
  }

  @Test
  void theServersMeetTheRequirements() throws SQLException {
    try (var catalog = cluster.connect(0);
        var node = cluster.connect(1)) {
      var facts = NodeRequirements.ClusterFacts.of(new JdbcQueries(catalog));
      NodeRequirements.checkHashes("dn1", new JdbcQueries(node));
      assertThatThrownBy(() -> NodeRequirements.check("dn1", new JdbcQueries(node), facts, 1_000))
          .hasMessageContaining("does not meet the requirements");
    }
  }
}
