package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DISTRIBUTE BY: what it accepts, chooses, and refuses before anything has changed. */
@ExtendWith(EndpointsExtension.class)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server distributes nothing")
class DistributionTest {
  private static final String SCHEMA = "distribution_test";

  private final Sql sql;

  DistributionTest(Endpoints endpoints) {
    sql = new Sql(endpoints.drover());
  }

  @BeforeEach
  void createSchema() {
    sql.run("CREATE SCHEMA " + SCHEMA);
  }

  @AfterEach
  void dropSchema() {
    sql.run("DROP SCHEMA distribution_test CASCADE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DISTRIBUTE BY HASH (id)",
        "distribute by hash(id)",
        "DISTRIBUTE BY HASH (id, name)",
        "DISTRIBUTE BY HASH (\"Quoted\")",
        "DISTRIBUTE BY MODULO (id)",
        "DISTRIBUTE BY ROUNDROBIN",
        "DISTRIBUTE BY REPLICATION",
        "DISTRIBUTE BY HASH (id) TO NODE (dn1)",
        "DISTRIBUTE BY HASH (id) TO NODE (dn3, dn1)",
        "DISTRIBUTE BY REPLICATION TO NODE (dn2)",
        "DISTRIBUTE BY ROUNDROBIN TO NODE (dn2, dn3)",
        "TO NODE (dn1, dn2)",
        "",
      })
  void aTableOfEveryDistributionKeepsItsRows(String clause) {
    sql.run("CREATE TABLE distribution_test.t (id int, name text, \"Quoted\" int) " + clause);
    sql.run(
        "INSERT INTO distribution_test.t"
            + " SELECT g, 'n' || g, g * 2 FROM generate_series(1, 50) g");
    sql.run("INSERT INTO distribution_test.t VALUES (51, NULL, NULL), (NULL, 'x', 9)");
    assertThat(sql.value("SELECT count(*) || ' ' || sum(id) FROM distribution_test.t"))
        .isEqualTo("52 1326");
    assertThat(sql.column("SELECT name FROM distribution_test.t WHERE id = 7"))
        .containsExactly("n7");
    assertThat(sql.column("SELECT id FROM distribution_test.t WHERE \"Quoted\" = 14"))
        .containsExactly("7");
    assertThat(sql.column("SELECT name FROM distribution_test.t WHERE id IS NULL"))
        .containsExactly("x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "(id int PRIMARY KEY, v text) DISTRIBUTE BY HASH (v) | 0A000 | Cannot create index",
        "(id int UNIQUE, v text) DISTRIBUTE BY ROUNDROBIN | 0A000 | Cannot create index",
        "(id int, v int, UNIQUE (v)) DISTRIBUTE BY HASH (id) | 0A000 | Cannot create index",
        "(id int, v int, EXCLUDE (v WITH =)) DISTRIBUTE BY HASH (id) | 0A000 | Cannot create",
        "(id int, j json) DISTRIBUTE BY HASH (j) | 42809 | hash distributable",
        "(id int, j int[]) DISTRIBUTE BY HASH (j) | 42809 | hash distributable",
        "(id int, f float8) DISTRIBUTE BY HASH (f) | 42809 | hash distributable",
        "(id int, t text) DISTRIBUTE BY MODULO (t) | 42809 | modulo distributable",
        "(id int) DISTRIBUTE BY HASH (nope) | 42703 | nope",
        "(id int) DISTRIBUTE BY SOMETHING (id) | 42601 | unrecognized distribution option",
        "(id int) DISTRIBUTE BY HASH | 42601 | ",
        "(id int) DISTRIBUTE BY HASH (id) TO NODE (nowhere) | 42704 | nowhere",
        "(id int) DISTRIBUTE BY HASH (id) TO NODE (dn1, dn1) | 42710 | dn1",
        "(id int) DISTRIBUTE BY HASH (id) TO GROUP nowhere | 42704 | nowhere",
      })
  void whatCannotBeKeptIsRefused(String definition, String state, String message) {
    Map<Character, String> error = sql.error("CREATE TABLE distribution_test.t " + definition);
    assertThat(error.get('C')).as(error.toString()).isEqualTo(state);
    assertThat(error.get('M')).contains(message == null ? "" : message);
    assertNothingWasMade();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "(v text, id int PRIMARY KEY) | HASH (id)",
        "(v text, a int, b int, PRIMARY KEY (a, b), UNIQUE (b)) | HASH (b)",
        "(j json, v text, n int) | HASH (v)",
        "(j json, a int[]) | ROUNDROBIN",
        "(a int UNIQUE, b int UNIQUE) | REPLICATION",
      })
  void aNoticeTellsWhatWasChosen(String definition, String choice) {
    List<String> notices = sql.notices("CREATE TABLE distribution_test.t " + definition);
    assertThat(notices).hasSize(1);
    assertThat(notices.getFirst().replace(" ", "").replace("\"", ""))
        .containsIgnoringCase(choice.replace(" ", ""));
  }

  @Test
  void aTableWithoutClauseFollowsTheParentOfItsForeignKey() {
    sql.run("CREATE TABLE distribution_test.p (id int PRIMARY KEY) DISTRIBUTE BY HASH (id)");
    List<String> notices =
        sql.notices(
            "CREATE TABLE distribution_test.c (x text, p int REFERENCES distribution_test.p)");
    assertThat(notices.getFirst()).containsIgnoringCase("hash").contains("p");
  }

  @Test
  void aProvisionalChoiceGivesWayToAKeyAddedLater() {
    sql.run("CREATE TABLE distribution_test.t (v text, id int)");
    sql.run("ALTER TABLE distribution_test.t ADD PRIMARY KEY (id)");
    sql.run("INSERT INTO distribution_test.t SELECT 'v', g FROM generate_series(1, 20) g");
    assertThat(sql.error("INSERT INTO distribution_test.t VALUES ('x', 7)").get('n'))
        .isEqualTo("t_pkey");
    assertThat(sql.error("ALTER TABLE distribution_test.t ADD UNIQUE (v)").get('C'))
        .isEqualTo("0A000");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CREATE TRIGGER x BEFORE INSERT ON distribution_test.t EXECUTE FUNCTION f() | 0A000",
        "CREATE RULE x AS ON INSERT TO distribution_test.t DO NOTHING | 0A000",
        "CREATE MATERIALIZED VIEW distribution_test.m AS SELECT 1 | 0A000",
        "ALTER TABLE distribution_test.t ENABLE ROW LEVEL SECURITY | 0A000",
        "CREATE POLICY x ON distribution_test.t | 0A000",
        "CREATE DATABASE distribution_test_other | 0A000",
        "CREATE INDEX CONCURRENTLY ON distribution_test.t (v) | 0A000",
        "CREATE UNIQUE INDEX ON distribution_test.t (v) | 0A000",
        "ALTER TABLE distribution_test.t ADD UNIQUE (v) | 0A000",
        "CREATE TABLE distribution_test.x (id int) PARTITION BY HASH (id) | 0A000",
        "CREATE TABLE distribution_test.x () INHERITS (distribution_test.t) | 0A000",
        "ALTER TABLE distribution_test.t DROP COLUMN id | 42P16",
        "ALTER TABLE distribution_test.t ALTER COLUMN id TYPE bigint | 42P16",
        "LOCK TABLE pg_catalog.pg_authid | 0A000",
        "COMMIT PREPARED 'gx_1' | 42704",
      })
  void whatComesLaterIsRefusedByName(String statement, String state) {
    sql.run(
        "CREATE TABLE distribution_test.t (id int, v int, PRIMARY KEY (id))"
            + " DISTRIBUTE BY HASH (id)");
    sql.run("INSERT INTO distribution_test.t SELECT g, 1 FROM generate_series(1, 20) g");
    boolean needsBlock = statement.startsWith("LOCK");
    Map<Character, String> error = sql.error(needsBlock ? "BEGIN; " + statement : statement);
    assertThat(error.get('C')).as(error.toString()).isEqualTo(state);
    assertThat(sql.value("SELECT count(*) FROM distribution_test.t")).isEqualTo("20");
    assertThat(sql.value("SELECT count(*) FROM pg_class WHERE relname IN ('x', 'm')"))
        .isEqualTo("0");
  }

  @Test
  void aRoutineThatTouchesADistributedTableIsNotRunOnTheEmptyOne() {
    sql.run("CREATE TABLE distribution_test.t (id int) DISTRIBUTE BY HASH (id)");
    sql.run("INSERT INTO distribution_test.t SELECT generate_series(1, 20)");
    String create = "CREATE FUNCTION distribution_test.total() RETURNS bigint LANGUAGE %s AS '%s'";
    String query = "SELECT count(*) FROM distribution_test.t";
    assertRefusedOrRight(create.formatted("sql", query));
    assertRefusedOrRight(create.formatted("plpgsql", "BEGIN RETURN (" + query + "); END"));
    assertRefusedOrRight(
        create.formatted(
            "plpgsql", "DECLARE n bigint; BEGIN EXECUTE ''" + query + "'' INTO n; RETURN n; END"));
    assertThat(sql.error("DO $$ BEGIN DELETE FROM distribution_test.t; END $$").get('C'))
        .isEqualTo("0A000");
    assertThat(sql.value("SELECT count(*) FROM distribution_test.t")).isEqualTo("20");
  }

  /** Either the function cannot be made or called, or it counts all rows. */
  private void assertRefusedOrRight(String create) {
    List<String> counts;
    try {
      sql.run(create);
      counts = sql.column("SELECT distribution_test.total()");
    } catch (AssertionError refused) {
      assertThat(refused).hasMessageContaining("0A000");
      sql.run("DROP FUNCTION IF EXISTS distribution_test.total()");
      return;
    }
    assertThat(counts).containsExactly("20");
    sql.run("DROP FUNCTION distribution_test.total()");
  }

  private void assertNothingWasMade() {
    assertThat(
            sql.value(
                "SELECT count(*) FROM pg_class"
                    + " WHERE relnamespace = 'distribution_test'::regnamespace"))
        .isEqualTo("0");
  }
}
