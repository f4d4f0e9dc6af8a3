package dev.drover.redistribute.apply;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.decode.ChangeSource;
import dev.drover.redistribute.decode.ChangeStream;
import dev.drover.redistribute.decode.ExactTexts;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rows of a table on two servers come to its new form on the same servers while they change and
 * connections die. The new table has the rows of the old one at the end.
 */
@Timeout(200)
class CatchUpServersTest {
  private static final int STEPS = Integer.getInteger("drover.catchup.steps", 20);
  private static final String APPLICATION = "catch up";
  private static final String BROKEN = "08.*|57P01";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static TwoNodes nodes;

  private List<String> names = List.of();
  private final List<AutoCloseable> open = new ArrayList<>();
  private CatchUp catchUp;
  private int marker;

  @BeforeAll
  static void startServers() throws SQLException {
    nodes = new TwoNodes();
    nodes.everywhere(
        """
        CREATE SCHEMA drover;
        CREATE TABLE drover.rewrite_progress (job int, source int, commit_lsn bigint, change bigint,
          PRIMARY KEY (job, source));
        CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN RAISE SQLSTATE ''57P01''; END'\
        """);
  }

  @AfterAll
  static void stopServers() {
    nodes.close();
  }

  @AfterEach
  void dropTables() throws Exception {
    close();
    kill();
    nodes.everywhere(
        """
        DROP TABLE old.t, filled.t; TRUNCATE drover.rewrite_progress; DROP PUBLICATION source;
        DROP SCHEMA old, filled CASCADE\
        """);
    nodes.everywhere(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT temporary");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ", PRIMARY KEY (k, side)"})
  void anyHistoryMakesTheSameRows(String key) throws Exception {
    create("k int NOT NULL, side int NOT NULL, v text, w numeric" + key, "k", "side", "v", "w");
    nodes.run(1, "INSERT INTO old.t SELECT g, 1, 'v', 1.0 FROM generate_series(1, 8) g");
    nodes.run(2, "INSERT INTO old.t SELECT g, 2, NULL, 1.00 FROM generate_series(1, 8) g");
    copy();
    History history = new History(new Random(7), !key.isEmpty());
    for (int step = 0; step < STEPS; step++) {
      history.step();
    }
    arrive();
    assertThat(rows("filled.t")).isEqualTo(rows("old.t"));
  }

  /** Changes, rounds and breakdowns in random order. */
  private final class History {
    private final Random random;
    private final boolean hasKey;
    private int fresh = 100;

    History(Random random, boolean hasKey) {
      this.random = random;
      this.hasKey = hasKey;
    }

    void step() throws Exception {
      int k = random.nextInt(10);
      int node = 1 + random.nextInt(2);
      switch (random.nextInt(9)) {
        case 0, 1 -> insert(node, hasKey ? fresh++ : k);
        case 2 -> nodes.run(node, "DELETE FROM old.t WHERE k = " + k);
        case 3 -> nodes.run(node, "UPDATE old.t SET w = CASE w WHEN 1.0 THEN NULL ELSE 1.00 END");
        case 4 -> nodes.run(node, "UPDATE old.t SET v = %s WHERE k = %d".formatted(text(), k));
        case 5 -> nodes.run(node, "UPDATE old.t SET k = %d WHERE k = %d".formatted(fresh++, k));
        case 6 -> goOver();
        case 7 -> arrive();
        default -> breakDown(node);
      }
    }

    private void insert(int node, int k) throws SQLException {
      nodes.run(node, "INSERT INTO old.t VALUES (%d, %d, %s, 1.0)".formatted(k, node, text()));
    }

    private String text() {
      return random.nextInt(3) == 0 ? "NULL" : "E'\\\\ \\t\\n" + random.nextInt(2) + "'";
    }

    /** From node to node; a round sees that only one half is committed. */
    private void goOver() throws Exception {
      int k = fresh++;
      nodes.run(2, "INSERT INTO old.t VALUES (%d, 7, 'x', 1)".formatted(k));
      arrive();
      nodes.run(1, "INSERT INTO old.t VALUES (%d, 7, 'y', 2)".formatted(k));
      if (hasKey) {
        assertThatThrownBy(CatchUpServersTest.this::arrive).hasMessageContaining("duplicate key");
      }
      nodes.run(2, "DELETE FROM old.t WHERE k = " + k);
    }

    /** One node has the round and the other has not, or the connections are gone. */
    private void breakDown(int node) throws Exception {
      for (int each : TwoNodes.IDS) {
        nodes.run(each, "INSERT INTO old.t VALUES (%d, %d, 'z', 2)".formatted(fresh++, each));
      }
      String made = random.nextBoolean() ? "BEFORE UPDATE ON drover.rewrite_progress" : "";
      if (made.isEmpty()) {
        kill();
      } else {
        nodes.run(
            node, "CREATE TRIGGER refuse %s EXECUTE FUNCTION public.refuse()".formatted(made));
      }
      try {
        arrive();
      } catch (SQLException e) {
        assertThat(e.getSQLState()).matches(BROKEN);
      }
      nodes.run(node, "DROP TRIGGER IF EXISTS refuse ON drover.rewrite_progress");
      close();
    }
  }

  @Test
  void valuesOfAllTypesComeOverWhileTheyChange() throws Exception {
    nodes.everywhere(
        """
        CREATE SCHEMA old; CREATE TYPE old.mood AS ENUM ('so so', 'fi"ne');
        CREATE TYPE old.pair AS (a int, b text); CREATE DOMAIN old.even AS int CHECK (VALUE % 2 = 0)\
        """);
    create(
        """
        id int, gone int, long text, n numeric, f float8, d old.even, e old.mood, a text[], \
        c old.pair, z timestamptz, i interval, b bytea, j json, p point, q char(4), o bool, \
        twice int GENERATED ALWAYS AS (id * 2) STORED\
        """,
        "id",
        "long",
        "n",
        "f",
        "d",
        "e",
        "a",
        "c",
        "z",
        "i",
        "b",
        "j",
        "p",
        "q",
        "o");
    nodes.everywhere(
        """
        ALTER TABLE old.t DROP COLUMN gone; ALTER TABLE old.t ALTER long SET STORAGE EXTERNAL;
        INSERT INTO old.t SELECT g % 5, repeat('x' || g, 3000), g / 7.0, g / 7.0::float8, g * 2, 'fi"ne',
          ARRAY['a,"', NULL], ROW(g, NULL::text)::old.pair,
          '2026-11-01 00:00+2'::timestamptz + g * '1 us'::interval, '1 mon 2 days -3 s',
          '\\x00ff', '{"a":  1}', '(1,2)', 'q', true FROM generate_series(1, 20) g\
        """);
    copy();
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    for (int node : TwoNodes.IDS) {
      writers.add(CompletableFuture.runAsync(() -> write(node), Thread::startVirtualThread));
    }
    while (writers.stream().anyMatch(w -> !w.isDone())) {
      arrive();
      kill();
      close();
    }
    writers.forEach(CompletableFuture::join);
    arrive();
    assertThat(rows("filled.t")).isEqualTo(rows("old.t")).hasSizeGreaterThan(40);
  }

  private static void write(int node) {
    try (Connection connection = nodes.connect(node, "writer");
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 10; i++) {
        statement.execute("UPDATE old.t SET f = f + 0.1, o = NOT o WHERE id = " + i % 5);
        statement.execute("UPDATE old.t SET j = '{\"a\": %d}', p = point(%1$d, 0)".formatted(i));
        statement.execute("UPDATE old.t SET id = id + 1, long = long || 'y' WHERE d = " + i * 2);
        statement.execute("INSERT INTO old.t (id, long) VALUES (%d, ''), (%1$d, '')".formatted(i));
        statement.execute("DELETE FROM old.t WHERE id = %d AND f IS NULL".formatted(i - 5));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** PostgreSQL says of both that they are NULL. */
  @Test
  void aCompositeOfNullsIsNotNull() throws Exception {
    nodes.everywhere("CREATE SCHEMA old; CREATE TYPE old.pair AS (a int, b text)");
    create("c old.pair", "c");
    nodes.run(1, "INSERT INTO old.t VALUES (ROW(NULL, NULL)), (NULL), (ROW(NULL, NULL)), (NULL)");
    copy();
    nodes.run(1, "DELETE FROM old.t WHERE c IS NOT DISTINCT FROM NULL");
    arrive();
    assertThat(rows("filled.t")).isEqualTo(rows("old.t")).hasSize(2);
  }

  /** It goes on behind what was done when it broke down. */
  @Test
  void aLargeTransactionComesOverInPieces() throws Exception {
    create("id int PRIMARY KEY, v text", "id", "v");
    copy();
    nodes.run(
        1, "INSERT INTO old.t SELECT g, repeat('0123456789', 60000) FROM generate_series(1, 40) g");
    catchUp();
    while (rows("filled.t").isEmpty()) {
      catchUp.upTo(Map.of(1, "never"), Duration.ofMillis(20));
    }
    kill();
    close();
    arrive();
    assertThat(rows("filled.t")).isEqualTo(rows("old.t")).hasSize(40);
  }

  private void create(String definition, String... columns) throws SQLException {
    names = List.of(columns);
    nodes.everywhere(
        """
        CREATE SCHEMA IF NOT EXISTS old; CREATE SCHEMA filled; CREATE TABLE old.t (%s);
        CREATE TABLE filled.t (LIKE old.t INCLUDING ALL); ALTER TABLE old.t REPLICA IDENTITY FULL;
        CREATE PUBLICATION source FOR TABLE old.t WITH (publish = 'insert, update, delete')\
        """
            .formatted(definition));
    if (nodes.column("SHOW server_version_num").getFirst().compareTo("18") > 0) {
      nodes.everywhere("ALTER PUBLICATION source SET (publish_generated_columns = stored)");
    }
  }

  /** The rows that are there when each node's changes begin. */
  private void copy() throws SQLException {
    Map<Integer, Connection> targets = new HashMap<>();
    for (int node : TwoNodes.IDS) {
      targets.put(node, exact(node));
    }
    ReroutedCopy copy = new ReroutedCopy(quoted(), CatchUpServersTest::route);
    for (int node : TwoNodes.IDS) {
      try (Connection replication = nodes.replication(node, "test");
          Statement slot = replication.createStatement();
          ResultSet row =
              slot.executeQuery(
                  "CREATE_REPLICATION_SLOT source LOGICAL pgoutput (SNAPSHOT 'export')");
          Connection from = exact(node);
          Statement statement = from.createStatement()) {
        row.next();
        from.setAutoCommit(false);
        from.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        statement.execute(
            "SET TRANSACTION SNAPSHOT '%s'".formatted(row.getString("snapshot_name")));
        copy.run(from, "old.t", targets, "filled.t", _ -> {});
        from.rollback();
      }
    }
    for (Connection target : targets.values()) {
      target.close();
    }
  }

  private static Connection exact(int node) throws SQLException {
    Connection connection = nodes.connect(node, "test");
    ExactTexts.set(connection);
    return connection;
  }

  /** Rows of one column have one place, where each may be taken for another. */
  private static List<Integer> route(List<?> row) {
    return List.of(row.size() == 1 ? 1 : 1 + Math.floorMod(row.hashCode(), 2));
  }

  /** What is committed now comes over. */
  private void arrive() throws SQLException {
    catchUp();
    Map<Integer, String> markers = new HashMap<>();
    for (int node : TwoNodes.IDS) {
      markers.put(node, "m" + ++marker);
      try (Connection connection = nodes.connect(node, "test")) {
        ChangeStream.mark(connection, "source", markers.get(node));
      }
    }
    catchUp.completelyUpTo(markers, LIMIT);
  }

  private void catchUp() throws SQLException {
    if (!open.isEmpty()) {
      return;
    }
    Map<Integer, ChangeSource> sources = new HashMap<>();
    Map<Integer, ShadowTable> targets = new HashMap<>();
    for (int node : TwoNodes.IDS) {
      ChangeStream source =
          ChangeStream.open(nodes.replication(node, APPLICATION), "source", _ -> quoted());
      open.add(source);
      sources.put(node, source);
      Connection connection = nodes.connect(node, APPLICATION);
      open.add(connection);
      ShadowTable.Shape shape =
          new ShadowTable.Shape(
              Progress.ofJob("1"), "filled.t", "drover", quoted(), Optional.empty());
      targets.put(node, ShadowTable.of(connection, shape, TwoNodes.IDS));
    }
    catchUp = CatchUp.of(sources, targets, (_, row) -> route(row));
  }

  /** Connections that were killed complain. */
  private void close() throws Exception {
    for (AutoCloseable each : open) {
      try {
        each.close();
      } catch (SQLException e) {
        assertThat(e.getSQLState()).matches(BROKEN);
      }
    }
    open.clear();
  }

  private static void kill() throws SQLException {
    nodes.column(
        """
        SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = '%s'\
        """
            .formatted(APPLICATION));
  }

  private List<String> quoted() {
    return names.stream().map(SqlQuote::ident).toList();
  }

  /** Of all nodes. */
  private List<String> rows(String table) throws SQLException {
    String row = quoted().stream().collect(joining(", ", "ROW(", ")::text"));
    return nodes.column("SELECT %s FROM %s".formatted(row, table)).stream().sorted().toList();
  }
}
