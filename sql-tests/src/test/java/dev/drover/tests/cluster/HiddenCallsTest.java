package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Functions that see one node's rows only must not be called by what no statement names: an
 * operator, a cast, a constraint. On one node such a call counts a part of the rows, or none.
 */
@ExtendWith(EndpointsExtension.class)
class HiddenCallsTest {
  private final Sql sql;
  private final boolean isDrover;

  HiddenCallsTest(Endpoints endpoints) {
    sql = new Sql(endpoints.drover());
    isDrover = endpoints.drover().isDrover();
  }

  @BeforeEach
  void createSchema() {
    assumeThat(isDrover).isTrue();
    sql.run("CREATE SCHEMA hidden");
    sql.run("CREATE TABLE hidden.d (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
    sql.run("CREATE TABLE hidden.e (id int) DISTRIBUTE BY HASH (id)");
    sql.run("INSERT INTO hidden.d SELECT g, g FROM generate_series(1, 20) g");
    sql.run(
        "CREATE FUNCTION hidden.known(int) RETURNS bool LANGUAGE sql IMMUTABLE"
            + " AS 'SELECT EXISTS (SELECT FROM hidden.d WHERE id = $1)'");
    sql.run(
        "CREATE FUNCTION hidden.counted(hidden.d) RETURNS text LANGUAGE sql"
            + " AS 'SELECT count(*)::text FROM hidden.d'");
    sql.run(
        "CREATE FUNCTION hidden.even(int) RETURNS bool LANGUAGE sql IMMUTABLE"
            + " AS 'SELECT $1 % 2 = 0'");
  }

  @AfterEach
  void dropSchema() {
    if (isDrover) {
      sql.run("DROP SCHEMA hidden CASCADE");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE OPERATOR hidden.? (RIGHTARG = int, FUNCTION = hidden.known)",
        "CREATE CAST (hidden.d AS text) WITH FUNCTION hidden.counted(hidden.d)",
        "CREATE DOMAIN hidden.listed AS int CHECK (hidden.known(VALUE))",
        "CREATE TABLE hidden.t (id int CHECK (hidden.known(id)))",
        "CREATE TABLE hidden.t (id int, k bool GENERATED ALWAYS AS (hidden.known(id)) STORED)",
        "CREATE TABLE hidden.t (id int, k bool DEFAULT hidden.known(1))",
        "ALTER TABLE hidden.d ALTER v SET DEFAULT hidden.known(1)::int",
        "ALTER TABLE hidden.d ADD CHECK (hidden.known(id))",
        "CREATE INDEX ON hidden.e (hidden.known(id))",
        "CREATE INDEX ON hidden.e (id) WHERE hidden.known(id)",
      })
  void whatWouldCallItIsRefused(String statement) {
    assertThat(sql.error(statement).get('C')).as(statement).isEqualTo("0A000");
    assertThat(sql.value("SELECT count(*) FROM hidden.d")).isEqualTo("20");
  }

  /** Functions of PostgreSQL that run what they are given as text, or read whole schemas. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT query_to_xml('SELECT count(*) FROM hidden.d', true, false, '')",
        "SELECT pg_catalog.table_to_xml('hidden.d', true, false, '')",
        "SELECT schema_to_xml('hidden', true, false, '')",
        "SELECT database_to_xml(true, false, '')",
        "SELECT * FROM ts_stat('SELECT to_tsvector(v::text) FROM hidden.d')",
        "SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, ''b''::tsquery FROM hidden.d')",
        "SELECT id, query_to_xml('SELECT 1', true, false, '') FROM hidden.d WHERE id = 1",
      })
  void whatRunsTextIsRefused(String statement) {
    assertThat(sql.error(statement).get('C')).as(statement).isEqualTo("0A000");
  }

  @Test
  void whatCallsAHarmlessFunctionIsMadeAndWatched() {
    sql.run("CREATE OPERATOR hidden.? (RIGHTARG = int, FUNCTION = hidden.even)");
    sql.run("CREATE TABLE hidden.t (id int CHECK (hidden.even(id)))");
    sql.run("INSERT INTO hidden.t VALUES (2), (4)");
    assertThat(sql.value("SELECT count(*) FROM hidden.d WHERE OPERATOR(hidden.?) id"))
        .isEqualTo("10");
    assertThat(
            sql.error(
                    "CREATE OR REPLACE FUNCTION hidden.even(int) RETURNS bool LANGUAGE sql"
                        + " IMMUTABLE AS 'SELECT EXISTS (SELECT FROM hidden.d WHERE id = $1)'")
                .get('C'))
        .isEqualTo("0A000");
    assertThat(sql.value("SELECT hidden.even(3)")).isEqualTo("f");
  }
}
