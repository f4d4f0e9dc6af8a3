package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Plain changes of the schema of tables while a slot of them moves, in each phase: they are made
 * and the move begins anew, or they are refused with the job's number. Writers are not disturbed,
 * and at the end all nodes have the same.
 */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server moves nothing")
@ExtendWith(EndpointsExtension.class)
class AlteredMoveTest {
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final int ROWS = 600;
  private static final int INDEXING = 4243;
  private static final List<String> TABLES = List.of("altered.loose", "altered.keyed");

  private final Endpoint drover;
  private final List<Endpoint> datanodes;
  private final Slots slots;
  private final Jobs jobs;
  private Endpoint source;
  private Endpoint target;
  private int job;

  AlteredMoveTest(Endpoints endpoints) {
    drover = endpoints.drover();
    datanodes = endpoints.datanodes();
    slots = new Slots(drover, endpoints.servers());
    jobs = new Jobs(drover);
  }

  /** Where the move is held. */
  enum Phase {
    SLOT,
    COPY,
    INDEX,
    CATCHUP,
    CUTOVER
  }

  @BeforeEach
  void makeTables() throws SQLException {
    drover.run(
        """
        CREATE SCHEMA altered;
        CREATE FUNCTION altered.slow(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
        BEGIN
          IF current_setting('application_name') LIKE 'drover move%%' THEN
            PERFORM pg_advisory_xact_lock_shared(%d);
          END IF;
          RETURN n;
        END $$
        """
            .formatted(INDEXING));
    drover.run(
        """
        CREATE TYPE altered.sort AS ENUM ('good');
        CREATE TYPE altered.state AS ENUM ('new');
        CREATE ROLE altered_owner;
        ALTER TYPE altered.state OWNER TO altered_owner;
        CREATE SEQUENCE altered.numbers;
        CREATE TABLE altered.loose (a int, b int, filler text, s altered.sort) DISTRIBUTE BY HASH (a);
        CREATE TABLE altered.keyed (a int, b int, PRIMARY KEY (a, b)) DISTRIBUTE BY HASH (a);
        CREATE TABLE altered.numbered (a int, n int DEFAULT nextval('altered.numbers'),
          s altered.state) DISTRIBUTE BY HASH (a);
        CREATE INDEX slow ON altered.keyed (altered.slow(b));
        INSERT INTO altered.loose SELECT 7, g, repeat('x', 1000) FROM generate_series(1, %1$d) g;
        INSERT INTO altered.keyed SELECT 7, g FROM generate_series(1, %1$d) g
        """
            .formatted(ROWS));
  }

  @AfterEach
  void dropTables() throws SQLException {
    jobs.endAll();
    drover.run("DROP SCHEMA IF EXISTS altered CASCADE; DROP ROLE IF EXISTS altered_owner");
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"COPY", "INDEX"})
  void aTableIsAlteredWhereAMoveHasNoLockOfIt(Phase phase) throws SQLException {
    try (Hold _ = hold(phase)) {
      for (String table : TABLES) {
        drover.run("ALTER TABLE %s ADD COLUMN c int DEFAULT 3".formatted(table));
        drover.run("CREATE INDEX ON %s (c)".formatted(table));
        drover.run("UPDATE %s SET c = 4 WHERE a = 7 AND b = 1".formatted(table));
        assertRefused("TRUNCATE " + table, "55006");
      }
    }
    slots.awaitJob(job);
    assertThat(Integer.parseInt(slots.restarts(job))).isPositive();
    allNodesHaveTheSame();
    for (String table : TABLES) {
      assertThat(Slots.ask(drover, "SELECT sum(c) FROM " + table)).isEqualTo("" + (3 * ROWS + 1));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"COPY", "INDEX"})
  void aTableIsNotAlteredWhileItIsCopied(Phase phase) throws SQLException {
    try (Hold _ = hold(phase)) {
      for (String statement :
          List.of(
              "ALTER TABLE altered.loose ADD COLUMN c int",
              "CREATE INDEX ON altered.keyed (b)",
              "DROP INDEX altered.slow",
              "DROP TABLE altered.keyed",
              "DROP TYPE altered.sort CASCADE",
              "DROP OWNED BY altered_owner CASCADE",
              "DROP FUNCTION altered.slow CASCADE",
              "DROP SEQUENCE altered.numbers CASCADE",
              "DROP SCHEMA altered CASCADE")) {
        assertRefused("BEGIN; " + statement, "55P03");
      }
      assertRefused("TRUNCATE altered.loose", "55006");
      assertRefused("ALTER TABLE altered.loose ADD COLUMN c int", "55P03");
      assertRefused("DROP TYPE altered.sort CASCADE", "55P03");
    }
    slots.awaitJob(job);
    assertThat(slots.restarts(job)).isEqualTo("0");
    allNodesHaveTheSame();
    assertThat(slots.rowsOnNodes("altered.loose")).isEqualTo(ROWS);
  }

  @Test
  void whoAltersWaitsForAShortCopy() throws SQLException {
    CompletableFuture<Void> altered;
    try (Hold _ = hold(Phase.COPY)) {
      altered =
          CompletableFuture.runAsync(
              () -> alter("ALTER TABLE altered.loose ADD COLUMN c int DEFAULT 3"),
              Thread::startVirtualThread);
      String tries = "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%require_idle%'";
      Patience.await(LIMIT, () -> Slots.ask(slots.catalog(), tries), "1");
    }
    altered.join();
    slots.awaitJob(job);
    allNodesHaveTheSame();
    assertThat(Slots.ask(drover, "SELECT sum(c) FROM altered.loose")).isEqualTo("" + 3 * ROWS);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"COPY", "INDEX"})
  void aMoveWhoseTablesAreDroppedLeavesNothing(Phase phase) throws SQLException {
    try (Hold _ = hold(phase)) {
      drover.run("DROP TABLE altered.loose, altered.keyed");
    }
    slots.awaitJob(job);
    assertThat(slots.leftovers()).isEmpty();
  }

  @Test
  void whatATableUsesIsDroppedWhenItsRowsAreCopied() throws SQLException {
    try (Hold _ = hold(Phase.CATCHUP)) {
      drover.run("DROP TYPE altered.sort CASCADE");
      drover.run("DROP OWNED BY altered_owner CASCADE");
    }
    slots.awaitJob(job);
    allNodesHaveTheSame();
  }

  private void alter(String statement) {
    try {
      drover.run(statement);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void allNodesHaveTheSame() throws SQLException {
    for (String table : TABLES) {
      String columns =
          """
          SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attname)
          FROM pg_attribute WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped
          """
              .formatted(table);
      String leaves =
          """
          SELECT DISTINCT (SELECT count(*) FROM pg_index x WHERE x.indrelid = i.inhrelid
            AND x.indisvalid) || c.relreplident::text
          FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
          WHERE i.inhparent = '%s'::regclass
          """
              .formatted(table);
      String indexes =
          "SELECT count(*) || 'd' FROM pg_index WHERE indrelid = '%s'::regclass".formatted(table);
      for (Endpoint node : datanodes) {
        assertThat(Slots.ask(node, columns)).isEqualTo(Slots.ask(slots.catalog(), columns));
        assertThat(Slots.column(node, leaves)).containsExactly(Slots.ask(slots.catalog(), indexes));
      }
      assertThat(slots.misplaced(table)).isEmpty();
    }
    assertThat(slots.leftovers()).isEmpty();
  }

  private void assertRefused(String sql, String state) {
    assertThatThrownBy(() -> drover.run(sql))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).as(sql).isEqualTo(state))
        .hasMessageContaining(state.equals("55P03") ? "by job " + job : "move")
        .hasMessageContaining("drover.cancel_job(" + job + ")");
  }

  /** Lets the move go on. */
  private interface Hold extends AutoCloseable {
    @Override
    void close() throws SQLException;
  }

  private Hold hold(Phase phase) throws SQLException {
    Obstacle obstacle = new Obstacle(datanodes);
    start();
    jobs.awaitPhase(job, "slot");
    if (phase == Phase.SLOT) {
      return obstacle::close;
    }
    run("SELECT drover.throttle_job(%d, 1)");
    obstacle.close();
    jobs.awaitPhase(job, "copy");
    if (phase == Phase.COPY) {
      return () -> run("SELECT drover.throttle_job(%d, 0)");
    }
    Connection holder =
        switch (phase) {
          case INDEX -> held(target, "SELECT pg_advisory_lock(%d)".formatted(INDEXING));
          case CATCHUP -> held(target, "LOCK TABLE drover.move_marker IN SHARE MODE");
          default -> held(source, "SELECT 1 FROM altered.keyed LIMIT 1");
        };
    run("SELECT drover.throttle_job(%d, 0)");
    jobs.awaitPhase(job, phase.name().toLowerCase(Locale.ROOT));
    if (phase != Phase.CUTOVER) {
      return holder::close;
    }
    run("SELECT drover.pause_job(%d)");
    holder.close();
    return () -> run("SELECT drover.resume_job(%d)");
  }

  private static Connection held(Endpoint node, String sql) throws SQLException {
    Connection connection = node.connect();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
    return connection;
  }

  private void run(String command) throws SQLException {
    drover.run(command.formatted(job));
  }

  private void start() throws SQLException {
    int group = slots.group("altered.keyed");
    int slot = slots.slotOfRows("altered.keyed");
    String owner = slots.owner(group, slot);
    String other = slots.otherThan(owner);
    source = slots.node(owner);
    target = slots.node(other);
    job = slots.start(group, slot, other);
  }
}
