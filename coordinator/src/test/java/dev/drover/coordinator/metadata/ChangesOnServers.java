package dev.drover.coordinator.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.planner.catalog.Distribution;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Changes of what exists: constraints, columns, storage, distribution, rights. */
abstract class ChangesOnServers extends DdlServers {
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
    assertThatThrownBy(() -> alice.run("ALTER TABLE r ADD COLUMN x serial REFERENCES r"))
        .hasMessageContaining("takes values from a sequence");
  }

  /** The copies of a table have its rows in other orders, and get the same numbers. */
  @Test
  void rowsThatExistAreNumbered() throws SQLException {
    alice.run("CREATE TABLE r (a int PRIMARY KEY, b text) DISTRIBUTE BY REPLICATION");
    alice.participantQuery(1, "INSERT INTO r VALUES (1, 'x'), (2, 'y'), (3, NULL)");
    alice.participantQuery(2, "INSERT INTO r VALUES (3, NULL), (2, 'y'), (1, 'x')");
    alice.commit();
    alice.run(
        "ALTER TABLE r ADD x serial UNIQUE, ADD y bigint GENERATED ALWAYS AS IDENTITY (START 10)");
    String numbered = "SELECT a, x, y FROM r ORDER BY a";
    assertThat(cluster.ask(1, numbered)).isEqualTo(cluster.ask(2, numbered));
    assertThat(cluster.ask(1, "SELECT min(x), max(x), min(y), max(y) FROM r"))
        .isEqualTo("1|3|10|12");
    assertThat(cluster.ask(0, "SELECT nextval('r_x_seq'), nextval('r_y_seq')")).isEqualTo("4|13");
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
}
