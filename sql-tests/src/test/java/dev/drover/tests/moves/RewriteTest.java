package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/** ALTER TABLE ... CONCURRENTLY: the table is used all the time, and afterwards it is as before. */
@Timeout(300)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server distributes nothing")
@ExtendWith(EndpointsExtension.class)
class RewriteTest {
  /** Transactions of several statements that wait get into deadlocks, or find the table changed. */
  private static final Pattern MAY_BE_MET = Pattern.compile(" (40001|40P01) ");

  private final Endpoint drover;
  private final Slots slots;

  RewriteTest(Endpoints endpoints) {
    drover = endpoints.drover();
    slots = new Slots(drover, endpoints.servers());
  }

  @AfterEach
  void dropTables() throws SQLException {
    drover.run("DROP SCHEMA IF EXISTS rewritten CASCADE");
  }

  @Test
  void nothingIsLostOrSeenTwiceWhileTheKeyChanges() throws SQLException {
    drover.run("CREATE SCHEMA rewritten");
    drover.run(
        """
        CREATE TABLE rewritten.accounts (id int, branch int, n bigint NOT NULL DEFAULT 0,
          everywhere bigint NOT NULL DEFAULT 0, balance bigint NOT NULL DEFAULT 100, note text,
          twice bigint GENERATED ALWAYS AS (n * 2) STORED,
          PRIMARY KEY (id, branch)) DISTRIBUTE BY HASH (id)
        """);
    drover.run(
        """
        CREATE INDEX by_balance ON rewritten.accounts (balance) WHERE n > 0;
        INSERT INTO rewritten.accounts (id, branch, note)
          SELECT g, g % 7, CASE WHEN g % 40 = 0 THEN repeat('long ' || g, 700) END FROM generate_series(1, %d) g
        """
            .replace("%d", String.valueOf(Traffic.ROWS)));
    Traffic traffic = new Traffic(drover, "rewritten.accounts");
    Clients guests = new Clients(drover);
    traffic.startGently();
    guests.begin("guest", RewriteTest::comeAndGo);
    List<String> wrong;
    try {
      alter("rewritten.accounts DISTRIBUTE BY HASH (branch)");
    } finally {
      guests.stop();
      wrong = traffic.stop();
    }
    assertThat(wrong).as("%s %s", traffic, guests).isEmpty();
    assertThat(List.of(traffic.errors(), guests.errors()))
        .allSatisfy(errors -> assertThat(errors.keySet()).allMatch(MAY_BE_MET.asPredicate()));
    assertThat(slots.misplaced("rewritten.accounts")).isEmpty();
    assertThat(slots.rowsOnNodes("rewritten.accounts")).isEqualTo(Traffic.ROWS);
    assertThat(slots.leftovers()).isEmpty();
  }

  @Test
  void rowsWithoutAKeyGoByAllTheirValues() throws SQLException {
    drover.run("CREATE SCHEMA rewritten");
    drover.run(
        """
        CREATE TABLE rewritten.facts (a int, b text, c numeric, d char(5), e bool, f json,
          g timestamptz, h bytea) DISTRIBUTE BY HASH (a);
        INSERT INTO rewritten.facts SELECT g % 10, E'x\\ty\\\\' || g % 3, g % 2 + 1.00, 'q', g % 2 = 0,
          '{"a":  1}', '2026-01-01', '\\x00ff' FROM generate_series(1, 200) g
        """);
    alter("rewritten.facts DISTRIBUTE BY HASH (b)");
    assertThat(slots.rowsOnNodes("rewritten.facts")).isEqualTo(200);
    assertThat(slots.leftovers()).isEmpty();
  }

  @Test
  void everyKindBecomesAnotherWithAllThatBelongsToTheTable() throws SQLException {
    drover.run("CREATE SCHEMA rewritten");
    drover.run(
        """
        CREATE TABLE rewritten.parent (id int PRIMARY KEY) DISTRIBUTE BY REPLICATION;
        INSERT INTO rewritten.parent SELECT generate_series(1, 10);
        CREATE TABLE rewritten.child (id int, p int REFERENCES rewritten.parent, v int DEFAULT 7,
          twice int GENERATED ALWAYS AS (id * 2) STORED, CHECK (v > 0)) DISTRIBUTE BY HASH (id);
        CREATE INDEX child_v ON rewritten.child (v);
        COMMENT ON TABLE rewritten.child IS 'kept';
        CREATE VIEW rewritten.seen AS SELECT sum(v) AS v, sum(twice) AS twice FROM rewritten.child;
        INSERT INTO rewritten.child (id, p) SELECT g, 1 + g % 10 FROM generate_series(1, 100) g
        """);
    int sum = 700;
    for (String how :
        List.of(
            "REPLICATION", "ROUNDROBIN", "MODULO (id)", "HASH (p)", "HASH (id) TO NODE (dn2)")) {
      int job = start("ALTER TABLE rewritten.child DISTRIBUTE BY " + how + " CONCURRENTLY");
      drover.run("UPDATE rewritten.child SET v = v + 1 WHERE id <= 50");
      drover.run("DELETE FROM rewritten.child WHERE id = 1");
      drover.run("INSERT INTO rewritten.child (id, p, v) VALUES (1, 2, 1)");
      slots.awaitJob(job);
      sum = sum + 50 - (sum == 700 ? 8 : 2) + 1;
      assertThat(value("SELECT v || ' ' || twice FROM rewritten.seen"))
          .as(how)
          .isEqualTo(sum + " 10100");
      assertRefused("INSERT INTO rewritten.child (id, p) VALUES (0, 11)", "23503");
      assertRefused("INSERT INTO rewritten.child (id, p, v) VALUES (0, 1, 0)", "23514");
    }
    assertThat(value("SELECT obj_description('rewritten.child'::regclass)")).isEqualTo("kept");
    assertThat(slots.rowsOnNodes("rewritten.child")).isEqualTo(100);
    assertThat(slots.leftovers()).isEmpty();
  }

  @Test
  void aCancelledJobLeavesTheTableAsItWas() throws SQLException {
    drover.run("CREATE SCHEMA rewritten");
    drover.run(
        """
        CREATE TABLE rewritten.large (a int, b int, filler text) DISTRIBUTE BY HASH (a);
        INSERT INTO rewritten.large SELECT g, g, repeat('x', 1000) FROM generate_series(1, 1000) g
        """);
    String change = "ALTER TABLE rewritten.large DISTRIBUTE BY HASH (b)";
    assertRefused("BEGIN; " + change + " CONCURRENTLY", "25001");
    int job = start(change + " CONCURRENTLY");
    drover.run("SELECT drover.throttle_job(%d, 1)".formatted(job));
    for (String other : List.of(change, change + " CONCURRENTLY", "DROP TABLE rewritten.large")) {
      assertRefused(other, "55006");
    }
    drover.run("INSERT INTO rewritten.large VALUES (0, 0, '')");
    drover.run("SELECT drover.cancel_job(%d)".formatted(job));
    assertRefused("SELECT drover.wait_for(%d)".formatted(job), "57014");
    assertThat(slots.misplaced("rewritten.large")).isEmpty();
    assertThat(slots.rowsOnNodes("rewritten.large")).isEqualTo(1001);
    assertThat(slots.leftovers()).isEmpty();
    drover.run("TRUNCATE rewritten.large");
    drover.run("DROP TABLE rewritten.large");
  }

  private String value(String sql) throws SQLException {
    try (Connection connection = drover.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private void assertRefused(String sql, String state) {
    assertThatThrownBy(() -> drover.run(sql))
        .as(sql)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state));
  }

  /** A row that nobody counts comes, goes from branch to branch, and leaves. */
  private static void comeAndGo(Connection connection, Random random) throws SQLException {
    connection.setAutoCommit(false);
    int id = 1000 + random.nextInt(1000);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO rewritten.accounts (id, branch, balance) VALUES (%d, 1, 0)".formatted(id));
      statement.execute("UPDATE rewritten.accounts SET note = 'moved' WHERE id = " + id);
      statement.execute("DELETE FROM rewritten.accounts WHERE id = " + id);
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  private void alter(String change) throws SQLException {
    slots.awaitJob(start("ALTER TABLE " + change + " CONCURRENTLY"));
  }

  private int start(String sql) throws SQLException {
    return new Jobs(drover).start(sql);
  }
}
