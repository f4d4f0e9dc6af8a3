package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * ALTER TABLE ... CONCURRENTLY of column types, storage, and new columns: afterwards the table is
 * what the same statement without the word makes of it on one server.
 */
@Timeout(180)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server knows no CONCURRENTLY here")
@ExtendWith(EndpointsExtension.class)
class ReshapeTest {
  private static final Pattern MAY_BE_MET = Pattern.compile(" (40001|40P01) ");

  private static final String TABLE =
      """
      CREATE SCHEMA reshaped;
      SET search_path = reshaped;
      CREATE TYPE mood AS ENUM ('sad', 'fine');
      CREATE FUNCTION halved(text) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT length($1) / 2';
      CREATE TABLE t (id int%1$s, a text, n int, at timestamp, m text,
        j json, twice int GENERATED ALWAYS AS (id * 2) STORED, CHECK (n > 0))%2$s;
      """;

  private static final String CHANGE =
      """
      ALTER TABLE t ALTER COLUMN a TYPE int USING halved(a),
        ALTER COLUMN n TYPE numeric(12, 2), ALTER m TYPE varchar(9) USING t.m || '!',
        ADD COLUMN c text DEFAULT 'new' NOT NULL, ADD COLUMN d int,
        ADD COLUMN thrice bigint GENERATED ALWAYS AS (id * 3) STORED,
        SET (fillfactor = 70)\
      """;

  private static final String PICTURE =
      """
      SELECT string_agg(x, E'\\n' ORDER BY x) FROM (
        SELECT format('%s', t) AS x FROM reshaped.t
        UNION ALL SELECT format('%s', s) FROM reshaped.seen s
        UNION ALL SELECT format('%s %s %s %s', attname, format_type(atttypid, atttypmod),
          attnotnull, col_description(attrelid, attnum)) FROM pg_attribute
          WHERE attrelid = 'reshaped.t'::regclass AND attnum > 0
        UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
          WHERE conrelid = 'reshaped.t'::regclass
        UNION ALL SELECT reloptions::text FROM pg_class WHERE oid = 'reshaped.t'::regclass
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'reshaped') y
      """;

  private final Endpoint drover;
  private final Endpoint plain;
  private final Slots slots;

  ReshapeTest(Endpoints endpoints) {
    drover = endpoints.drover();
    plain = endpoints.plain();
    slots = new Slots(drover, endpoints.servers());
  }

  @AfterEach
  void dropTables() throws SQLException {
    drover.run("DROP SCHEMA IF EXISTS reshaped CASCADE");
    plain.run("DROP SCHEMA IF EXISTS reshaped CASCADE");
  }

  private static String rows(String twice) {
    return """
    SET search_path = reshaped;
    CREATE INDEX t_a ON t (a);
    CREATE VIEW seen AS SELECT id, twice FROM t;
    COMMENT ON COLUMN t.a IS 'kept';
    INSERT INTO t SELECT g, CASE WHEN g %% 7 > 0 THEN repeat('x', g %% 9) END, g,
      timestamp '2026-01-01' + g * interval '1 hour', CASE g %% 2 WHEN 0 THEN 'sad' ELSE 'fine' END,
      '{"a":  1}' FROM generate_series(1, 60) g;
    INSERT INTO t SELECT id, a, n, at, m, j FROM t WHERE %s;
    """
        .formatted(twice);
  }

  @ParameterizedTest
  @CsvSource({
    "PRIMARY KEY, HASH (id)",
    "'', HASH (id)",
    "'', ROUNDROBIN",
    "'', REPLICATION",
  })
  void theTableIsWhatOneServerMakesOfIt(String key, String kind) throws SQLException {
    plain.run(TABLE.formatted(" " + key, ""));
    drover.run(TABLE.formatted(" " + key, " DISTRIBUTE BY " + kind));
    for (Endpoint server : List.of(plain, drover)) {
      server.run(rows(key.isEmpty() ? "id < 20" : "false"));
    }
    String change =
        kind.equals("REPLICATION")
            ? CHANGE
            : CHANGE.replace("ADD COLUMN d int", "ADD COLUMN d float DEFAULT 1 + random() * 0");
    int job = start("SET search_path = reshaped", change + " CONCURRENTLY");
    for (Endpoint server : List.of(plain, drover)) {
      server.run("UPDATE reshaped.t SET n = n + 1 WHERE id % 3 = 0");
      server.run("DELETE FROM reshaped.t WHERE id % 5 = 0");
    }
    slots.awaitJob(job);
    plain.run("SET search_path = reshaped; " + change);
    assertThat(Slots.ask(drover, PICTURE)).isEqualTo(Slots.ask(plain, PICTURE));
    assertThat(slots.leftovers()).isEmpty();
  }

  private int start(String... statements) throws SQLException {
    try (Connection connection = drover.connect();
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
      return Jobs.begun(statement.getWarnings().getMessage());
    }
  }

  /** Each row keeps what it was given first, or is given anew when it is written: one value. */
  @Test
  void everyRowGetsAValueOfItsOwnUnderLoad() throws SQLException {
    drover.run("CREATE SCHEMA reshaped");
    drover.run(Traffic.create("reshaped.accounts", "HASH (id)"));
    Clients clients = new Clients(drover);
    AtomicLong counted = new AtomicLong();
    clients.begin("count", (connection, random) -> count(connection, random, counted));
    clients.begin("guest", ReshapeTest::comeAndGo);
    try {
      slots.awaitJob(
          start(
              "ALTER TABLE reshaped.accounts ADD COLUMN token uuid NOT NULL DEFAULT"
                  + " gen_random_uuid(), ALTER COLUMN balance TYPE numeric CONCURRENTLY"));
    } finally {
      clients.stop();
    }
    assertThat(clients.errors().keySet()).allMatch(MAY_BE_MET.asPredicate());
    assertThat(Slots.ask(drover, "SELECT sum(n) || ' ' || sum(balance) FROM reshaped.accounts"))
        .isEqualTo(counted + " " + Traffic.SUM);
    assertThat(Slots.ask(drover, "SELECT count(DISTINCT token) FROM reshaped.accounts"))
        .isEqualTo("" + Traffic.ROWS);
    assertThat(slots.rowsOnNodes("reshaped.accounts")).isEqualTo(Traffic.ROWS);
    assertThat(slots.misplaced("reshaped.accounts")).isEmpty();
    assertThat(slots.leftovers()).isEmpty();
  }

  private static void count(Connection connection, Random random, AtomicLong counted)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int id = 1 + random.nextInt(Traffic.ROWS);
      counted.addAndGet(
          statement.executeUpdate("UPDATE reshaped.accounts SET n = n + 1 WHERE id = " + id));
    }
  }

  private static void comeAndGo(Connection connection, Random random) throws SQLException {
    int id = 1000 + random.nextInt(1000);
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO reshaped.accounts (id, balance) VALUES (%d, 0)".formatted(id));
      statement.execute("UPDATE reshaped.accounts SET n = 7 WHERE id = " + id);
      statement.execute("DELETE FROM reshaped.accounts WHERE id = " + id);
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  @Test
  void whatCannotBeDoneIsRefusedAndLeavesTheTable() throws SQLException {
    drover.run(TABLE.formatted("", " DISTRIBUTE BY HASH (id)"));
    drover.run(
        "CREATE TABLE reshaped.r (a int, b timestamp) DISTRIBUTE BY REPLICATION;"
            + " INSERT INTO reshaped.t (id, n) VALUES (1, 1); INSERT INTO reshaped.r VALUES (1)");
    assertRefused("t ALTER COLUMN n TYPE float USING random()", "0A000");
    assertRefused("t ALTER COLUMN at TYPE timestamptz", "0A000");
    assertRefused("r ADD COLUMN c float DEFAULT random()", "0A000");
    assertRefused("t ADD COLUMN c serial", "0A000");
    assertRefused("t RENAME TO u", "0A000");
    assertRefused("t ALTER COLUMN id TYPE bigint", "42P16");
    assertRefused("t ALTER COLUMN a TYPE int", "42804");
    assertRefused("t ADD COLUMN a int", "42701");
    int job = start("ALTER TABLE reshaped.t ADD COLUMN c int NOT NULL CONCURRENTLY");
    assertThatThrownBy(() -> slots.awaitJob(job))
        .hasMessageContaining("violates not-null constraint")
        .hasMessageNotContaining("Failing row");
    assertThat(slots.leftovers()).isEmpty();
    assertThat(slots.rowsOnNodes("reshaped.t")).isEqualTo(1);
  }

  private void assertRefused(String change, String state) {
    assertThatThrownBy(() -> drover.run("ALTER TABLE reshaped." + change + " CONCURRENTLY"))
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> assertThat(e.getSQLState()).as("%s: %s", change, e).isEqualTo(state));
  }
}
