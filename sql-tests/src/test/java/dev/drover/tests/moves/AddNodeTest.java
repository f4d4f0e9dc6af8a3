package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.postgres.TemporaryServers;
import dev.drover.deploy.cluster.Auth;
import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** A fourth node comes to a cluster that is in use, and one of the first three goes. */
@Timeout(180)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no nodes")
class AddNodeTest {
  private static TemporaryCluster cluster;
  private static TemporaryServers servers;

  @BeforeAll
  static void start() throws SQLException {
    cluster = TemporaryCluster.inThisProcess(1, Auth.SCRAM);
    servers = TemporaryServers.open();
    run(
        """
        CREATE TABLE colours (code int PRIMARY KEY, name text) DISTRIBUTE BY REPLICATION;
        CREATE TABLE wide (id int PRIMARY KEY, note text) DISTRIBUTE BY REPLICATION;
        CREATE TABLE keyless (id int, note text) DISTRIBUTE BY REPLICATION;
        CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL, updates int NOT NULL DEFAULT 0,
          colour int REFERENCES colours) DISTRIBUTE BY HASH (id);
        CREATE TABLE log (line text, amount int) DISTRIBUTE BY ROUNDROBIN;
        CREATE VIEW colour_count AS SELECT count(*) AS n FROM colours;
        CREATE FUNCTION count_colours() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM colours';
        INSERT INTO colours VALUES (1, 'red'), (2, 'green');
        INSERT INTO wide SELECT g, repeat('x', 200) FROM generate_series(1, 2000) g;
        INSERT INTO keyless SELECT g, 'note' FROM generate_series(1, 5) g;
        INSERT INTO accounts SELECT g, 100, 0, 1 + g % 2 FROM generate_series(1, 1000) g;
        INSERT INTO log SELECT 'line ' || g, g FROM generate_series(1, 300) g
        """);
  }

  @AfterAll
  static void stop() {
    servers.close();
    cluster.close();
  }

  @Test
  void aNodeComesAndAnotherGoes() throws SQLException {
    Endpoint fourth = cluster.addNode("dn4", servers.start("fourth"));
    List<Endpoint> nodes = new ArrayList<>(cluster.servers());
    nodes.add(fourth);
    Slots slots = new Slots(drover(), nodes);

    run("CREATE TABLE on_fourth (a int) TO NODE (dn4)");
    try (Connection old = drover().connect()) {
      beginOldView(old);
      addWhileWritten(slots, nodes.get(1), fourth);
      assertOldViewIsWhole(old);
    }
    assertSame("wide", nodes.get(1), fourth);
    assertSame("keyless", nodes.get(1), fourth);
    assertThat(Slots.ask(fourth, "SELECT count(*) FROM colours")).isEqualTo("2");
    assertThat(owned("accounts")).isEqualTo("8 8 8 8");
    assertWhole(slots);
    for (int i = 0; i < 8; i++) {
      run("INSERT INTO log VALUES ('single', 1)");
    }
    assertThat(Slots.ask(fourth, "SELECT count(*) FROM log")).isNotEqualTo("0");

    assertThatThrownBy(() -> run("DROP NODE dn1")).hasMessageContaining("node is in use");
    run("CREATE TABLE lone (a int) TO NODE (dn1)");
    assertThatThrownBy(() -> run("ALTER CLUSTER REMOVE NODE dn1"))
        .hasMessageContaining("on node dn1 alone: public.lone;");
    run("DROP TABLE lone, on_fourth");
    run("ALTER CLUSTER REMOVE NODE dn1");
    assertThat(
            Slots.ask(
                nodes.get(1),
                "SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM wide)"
                    + " + (SELECT count(*) FROM colours) + (SELECT count(*) FROM log)"))
        .isEqualTo("0");
    assertThat(slots.rowsOnNodes("log")).isEqualTo(308);
    assertWhole(slots);
    run(
        "INSERT INTO colours VALUES (3, 'blue'); CREATE TABLE later (a int) DISTRIBUTE BY"
            + " REPLICATION");
    assertThat(slots.rowsOnNodes("colours")).isEqualTo(9);
    assertThat(slots.leftovers()).isEmpty();
    run("DROP NODE dn1");
    assertThatThrownBy(() -> run("ALTER CLUSTER ADD NODE dn1"))
        .hasMessageContaining("PGXC Node dn1: object not defined");
    rebalance(slots);
  }

  /**
   * The copy of a replicated table is held up in its midst, and the table is written meanwhile. The
   * copy cannot begin before the job is throttled, because it waits for whoever has written.
   */
  private static void addWhileWritten(Slots slots, Endpoint primary, Endpoint fourth)
      throws SQLException {
    int job;
    try (Connection writer = primary.connect();
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("SELECT pg_current_xact_id()");
      String begun = notices("ALTER CLUSTER ADD NODE dn4 CONCURRENTLY").getFirst();
      job = Jobs.begun(begun);
      run("SELECT drover.throttle_job(%d, 1000)".formatted(job));
      writer.commit();
    }
    String copying = "SELECT pid FROM pg_stat_progress_copy WHERE relid = 'wide'::regclass";
    List<String> held = Slots.column(fourth, copying);
    while (held.isEmpty()) {
      held = Slots.column(fourth, copying);
    }
    run("UPDATE wide SET note = 'new' WHERE id IN (1, 2000)");
    run("DELETE FROM wide WHERE id = 2");
    run("INSERT INTO wide VALUES (2001, 'more')");
    assertThat(Slots.column(fourth, copying)).isEqualTo(held);
    run("SELECT drover.throttle_job(%d, 0)".formatted(job));
    slots.awaitJob(job);
    assertThat(
            Slots.ask(
                drover(),
                "SELECT count(*) || ' ' || count(DISTINCT slot) FROM drover.moves"
                    + " WHERE target = 'dn4' AND phase = 'done' AND job = "
                    + job))
        .isEqualTo("8 8");
    assertQuarter(slots, job);
  }

  /** One quarter of the bytes has moved, and no more. */
  private static void assertQuarter(Slots slots, int job) throws SQLException {
    long moved =
        Long.parseLong(
            Slots.ask(drover(), "SELECT sum(bytes_total) FROM drover.moves WHERE job = " + job));
    assertThat(4 * moved).isBetween(slots.bytes() * 9 / 10, slots.bytes() * 11 / 10);
  }

  private static void assertSame(String table, Endpoint one, Endpoint other) throws SQLException {
    String rows = "SELECT string_agg(id || note, ',' ORDER BY id) FROM " + table;
    assertThat(Slots.ask(other, rows)).as(table).isEqualTo(Slots.ask(one, rows));
  }

  /** Sees one moment from now on, and has looked at the new node only. */
  private static void beginOldView(Connection old) throws SQLException {
    old.setAutoCommit(false);
    old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try (Statement statement = old.createStatement()) {
      statement.execute("SELECT count(*) FROM on_fourth");
    }
  }

  /**
   * The new node's copy of a replicated table is younger than the view; it is not read as empty.
   */
  private static void assertOldViewIsWhole(Connection old) throws SQLException {
    for (String source :
        List.of(
            "SELECT count(*) FROM colours",
            "SELECT n FROM colour_count",
            "SELECT count_colours()")) {
      Savepoint before = old.setSavepoint();
      try (Statement statement = old.createStatement();
          ResultSet row = statement.executeQuery(source)) {
        row.next();
        assertThat(row.getInt(1)).as(source).isEqualTo(2);
      } catch (SQLException e) {
        assertThat(e.getSQLState()).as(source).isEqualTo("40001");
      }
      old.rollback(before);
    }
    old.rollback();
  }

  /** A plan that is only shown, and then one that is carried out in the background. */
  private static void rebalance(Slots slots) throws SQLException {
    String before = owned("accounts");
    String options = "BY slots, TOLERANCE 0, WEIGHTS ('dn2=2')";
    List<String> plan = notices("ALTER CLUSTER REBALANCE WITH (%s, DRY_RUN)".formatted(options));
    assertThat(plan.getFirst()).matches("5 slots would move, \\d+ kB");
    assertThat(plan).hasSize(6);
    assertThat(plan.getLast())
        .matches("slot \\d+ of group \\d+: dn[34] -> dn2, \\d+ kB, \\d+ rows");
    assertThat(owned("accounts")).isEqualTo(before);

    String begun =
        notices("ALTER CLUSTER REBALANCE WITH (%s) CONCURRENTLY".formatted(options)).getFirst();
    int job = Jobs.begun(begun);
    slots.awaitJob(job);
    assertThat(owned("accounts")).isEqualTo("16 8 8");
    assertThat(
            Slots.ask(
                drover(),
                """
                SELECT concat_ws(' ', kind, state, moves_done, moves_total, percent,
                  bytes_done >= bytes_total, rows_done > 0, write_blocked_ms > 0, statement)
                FROM drover.jobs WHERE job = %d
                """
                    .formatted(job)))
        .isEqualTo(
            "rebalance done 5 5 100 t t t ALTER CLUSTER REBALANCE WITH (%s) CONCURRENTLY"
                .formatted(options));
    assertThat(
            Slots.column(
                drover(),
                "SELECT DISTINCT concat_ws(' ', tables, target, phase, write_blocked_ms > 0)"
                    + " FROM drover.moves WHERE job = "
                    + job))
        .containsExactly("accounts dn2 done t");
    assertWhole(slots);
  }

  private static List<String> notices(String sql) throws SQLException {
    try (Connection connection = drover().connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
      List<String> notices = new ArrayList<>();
      for (SQLWarning w = statement.getWarnings(); w != null; w = w.getNextWarning()) {
        notices.add(w.getMessage());
      }
      return notices;
    }
  }

  private static void assertWhole(Slots slots) throws SQLException {
    assertThat(slots.misplaced("accounts")).isEmpty();
    assertThat(slots.rowsOnNodes("accounts")).isEqualTo(1000);
    assertThat(
            Slots.ask(drover(), "SELECT sum(balance) FROM accounts JOIN colours ON code = colour"))
        .isEqualTo("100000");
    assertThat(Slots.ask(drover(), "SELECT count(DISTINCT line) FROM log WHERE line LIKE 'line%'"))
        .isEqualTo("300");
  }

  /** How many slots each node has. */
  private static String owned(String table) throws SQLException {
    return Slots.ask(
        drover(),
        """
        SELECT string_agg(n::text, ' ') FROM (
          SELECT count(*) AS n FROM drover.shards WHERE table_name = '%s' GROUP BY node ORDER BY node) s
        """
            .formatted(table));
  }

  private static Endpoint drover() {
    return cluster.coordinators().getFirst();
  }

  private static void run(String sql) throws SQLException {
    drover().run(sql);
  }
}
