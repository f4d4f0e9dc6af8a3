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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What else may happen to a table while a job moves its rows, and what its owner may do with the
 * job.
 *
 * <p>A transaction that has written on each node keeps jobs from their beginning; a throttle lets
 * one chunk of rows pass in a day.
 */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server moves nothing")
@ExtendWith(EndpointsExtension.class)
class LiveJobsTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final int ROWS = 600;

  private final Endpoint drover;
  private final List<Endpoint> datanodes;
  private final Slots slots;
  private final Jobs jobs;

  LiveJobsTest(Endpoints endpoints) {
    drover = endpoints.drover();
    datanodes = endpoints.datanodes();
    slots = new Slots(drover, endpoints.servers());
    jobs = new Jobs(drover);
  }

  /** What brings rows to other places. */
  enum Kind {
    MOVE,
    REWRITE
  }

  @BeforeEach
  void makeTables() throws SQLException {
    drover.run(
        """
        CREATE SCHEMA live;
        CREATE TABLE live.large (a int, b int, filler text) DISTRIBUTE BY HASH (a);
        CREATE TABLE live.small (a int) DISTRIBUTE BY REPLICATION
        """);
    drover.run(
        """
        INSERT INTO live.large SELECT 7, g, repeat('x', 1000) FROM generate_series(1, %d) g;
        INSERT INTO live.small SELECT generate_series(1, 3)
        """
            .formatted(ROWS));
  }

  @AfterEach
  void dropTables() throws SQLException {
    jobs.endAll();
    drover.run("DROP SCHEMA IF EXISTS live CASCADE");
  }

  @Test
  void nothingElseChangesATableThatIsFilledAnew() throws SQLException {
    int job = startThrottled(Kind.REWRITE);
    jobs.awaitPhase(job, "copy");
    for (String other :
        List.of(
            "ALTER TABLE live.large ADD COLUMN c int",
            "ALTER TABLE live.large DISTRIBUTE BY REPLICATION",
            "ALTER TABLE live.large DISTRIBUTE BY REPLICATION CONCURRENTLY",
            "CREATE INDEX ON live.large (b)",
            "TRUNCATE live.large",
            "DROP TABLE live.large",
            "SELECT drover.move_slot(%d, 1, 'dn2')".formatted(slots.group("live.large")),
            "ALTER CLUSTER REBALANCE")) {
      assertRefused(other, "55006", "drover.cancel_job(%d)".formatted(job));
    }
    finish(job);
    assertThat(slots.rowsOnNodes("live.large")).isEqualTo(ROWS);
    drover.run("TRUNCATE live.large");
  }

  @Test
  void aTableOfWhichRowsMoveIsNotFilledAnewButMayBeAltered() throws SQLException {
    int job;
    try (Obstacle _ = new Obstacle(datanodes)) {
      job = start(Kind.MOVE);
      jobs.awaitPhase(job, "slot");
      drover.run("ALTER TABLE live.large ADD COLUMN c int DEFAULT 3");
      jobs.throttle(job, 1);
    }
    jobs.awaitPhase(job, "copy");
    assertRefused(
        "ALTER TABLE live.large DISTRIBUTE BY HASH (b) CONCURRENTLY",
        "55006",
        "drover.cancel_job(%d)".formatted(job));
    assertRefused("TRUNCATE live.large", "55006", "drover.cancel_job(%d)".formatted(job));
    finish(job);
    assertThat(slots.moveColumn(job, "restarts")).isEqualTo("1");
    assertThat(Slots.ask(drover, "SELECT sum(c) FROM live.large")).isEqualTo("" + 3 * ROWS);
    assertThat(slots.misplaced("live.large")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aJobIsPausedAndGoesOnAndIsCancelled(Kind kind) throws SQLException {
    int job = startThrottled(kind, "SELECT drover.pause_job(%d)");
    slots.awaitJob(startSmall());
    assertThat(jobs.column(job, "state")).isEqualTo("paused");
    assertThat(jobs.column(job, "rows_done")).isEqualTo("0");
    drover.run("SELECT drover.resume_job(%d)".formatted(job));
    jobs.awaitPhase(job, "copy");
    drover.run("UPDATE live.large SET filler = 'changed' WHERE b = 1");
    drover.run("SELECT drover.cancel_job(%d)".formatted(job));
    assertRefused("SELECT drover.wait_for(%d)".formatted(job), "57014", "");
    assertThat(slots.misplaced("live.large")).isEmpty();
    assertThat(slots.rowsOnNodes("live.large")).isEqualTo(ROWS);
    assertThat(slots.leftovers()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anOpenTransactionThatIsInTheWayIsNamed(Kind kind) throws SQLException {
    try (Obstacle _ = new Obstacle(datanodes)) {
      int job = start(kind);
      awaitMessage(job, "transaction of process .* keeps the job from its beginning");
      drover.run("SELECT drover.pause_job(%d)".formatted(job));
      drover.run("SELECT drover.cancel_job(%d)".formatted(job));
      Patience.await(SOON, () -> jobs.column(job, "state"), "cancelled");
    }
    assertThat(slots.leftovers()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aPreparedTransactionThatIsInTheWayIsNamedAndWaitedFor(Kind kind) throws SQLException {
    for (Endpoint node : datanodes) {
      node.run("BEGIN; SELECT pg_current_xact_id(); PREPARE TRANSACTION 'in the way'");
    }
    int job = start(kind);
    awaitMessage(job, "prepared transaction \"in the way\" of role .*");
    for (Endpoint node : datanodes) {
      node.run("ROLLBACK PREPARED 'in the way'");
    }
    slots.awaitJob(job);
    assertThat(jobs.column(job, "message")).doesNotContain("in the way");
    assertThat(slots.misplaced("live.large")).isEmpty();
    assertThat(slots.rowsOnNodes("live.large")).isEqualTo(ROWS);
  }

  @ParameterizedTest
  @EnumSource
  void whoHasLongWrittenTheTableIsNamedAndWaitedFor(Kind kind) throws SQLException {
    int job;
    try (Connection writer = drover.connect();
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("UPDATE live.large SET filler = 'written' WHERE b = 2");
      job = start(kind);
      awaitMessage(job, "transaction of process .* keeps the job from its beginning");
      assertThat(Slots.ask(drover, "SELECT filler FROM live.large WHERE b = 2")).startsWith("x");
      drover.run("SELECT drover.pause_job(%d)".formatted(job));
      drover.run("UPDATE live.large SET filler = 'not held up' WHERE b = 1");
      assertThat(jobs.column(job, "phase")).isEqualTo("slot");
      drover.run("SELECT drover.resume_job(%d)".formatted(job));
      writer.commit();
    }
    slots.awaitJob(job);
    assertThat(jobs.column(job, "message")).doesNotContain("process");
    assertThat(slots.restarts(job)).isEqualTo("0");
    assertThat(slots.misplaced("live.large")).isEmpty();
    assertThat(
            Slots.ask(
                drover,
                "SELECT count(*) FROM live.large WHERE filler IN ('written', 'not held up')"))
        .isEqualTo("2");
  }

  @ParameterizedTest
  @EnumSource
  void aJobThatWaitsForAWriterIsCancelled(Kind kind) throws SQLException {
    try (Connection writer = drover.connect();
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("UPDATE live.large SET filler = 'written' WHERE b = 2");
      int job = start(kind);
      awaitMessage(job, "transaction of process .* keeps the job from its beginning");
      drover.run("SELECT drover.cancel_job(%d)".formatted(job));
      Patience.await(SOON, () -> jobs.column(job, "state"), "cancelled");
    }
    assertThat(slots.leftovers()).isEmpty();
    drover.run("TRUNCATE live.large");
  }

  @ParameterizedTest
  @EnumSource
  void whoKeepsACancelledJobFromItsEndIsNamed(Kind kind) throws SQLException {
    int job = startThrottled(kind);
    jobs.awaitPhase(job, "copy");
    try (Connection writer = drover.connect();
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("UPDATE live.large SET filler = 'written' WHERE b = 2");
      drover.run("SELECT drover.cancel_job(%d)".formatted(job));
      awaitMessage(job, "transaction of process .* keeps the job from its end");
    }
    Patience.await(SOON, () -> jobs.column(job, "state"), "cancelled");
    assertThat(slots.leftovers()).isEmpty();
    drover.run("TRUNCATE live.large");
  }

  @Test
  void theOldestTransactionIsNamed() throws SQLException {
    int job;
    try (Obstacle _ = new Obstacle(datanodes)) {
      for (Endpoint node : datanodes) {
        node.run("BEGIN; SELECT pg_current_xact_id(); PREPARE TRANSACTION 'younger'");
      }
      job = start(Kind.MOVE);
      awaitMessage(job, "transaction of process .* keeps the job from its beginning");
    }
    awaitMessage(job, "prepared transaction \"younger\" of role .*");
    for (Endpoint node : datanodes) {
      node.run("ROLLBACK PREPARED 'younger'");
    }
    slots.awaitJob(job);
  }

  @Test
  void aPreparedTransactionThatHasWrittenTheTableIsNamed() throws SQLException {
    drover.run(
        "BEGIN; UPDATE live.large SET filler = 'written' WHERE b = 2; PREPARE TRANSACTION"
            + " 'writer'");
    int job = start(Kind.MOVE);
    awaitMessage(job, "prepared transaction \".*\" of role .*");
    drover.run("COMMIT PREPARED 'writer'");
    slots.awaitJob(job);
    assertThat(slots.misplaced("live.large")).isEmpty();
  }

  private void awaitMessage(int job, String pattern) {
    Patience.await(SOON, () -> jobs.column(job, "message").matches(pattern), true);
  }

  private int startSmall() throws SQLException {
    return jobs.start("ALTER TABLE live.small DISTRIBUTE BY ROUNDROBIN CONCURRENTLY");
  }

  private int startThrottled(Kind kind, String... further) throws SQLException {
    try (Obstacle _ = new Obstacle(datanodes)) {
      int job = start(kind);
      jobs.throttle(job, 1);
      for (String sql : further) {
        drover.run(sql.formatted(job));
      }
      return job;
    }
  }

  private int start(Kind kind) throws SQLException {
    if (kind == Kind.REWRITE) {
      return jobs.start("ALTER TABLE live.large DISTRIBUTE BY HASH (b) CONCURRENTLY");
    }
    int group = slots.group("live.large");
    int slot = slots.slotOfRows("live.large");
    return slots.start(group, slot, slots.otherThan(slots.owner(group, slot)));
  }

  private void finish(int job) throws SQLException {
    jobs.throttle(job, 0);
    slots.awaitJob(job);
    assertThat(slots.leftovers()).isEmpty();
  }

  private void assertRefused(String sql, String state, String hint) {
    assertThatThrownBy(() -> drover.run(sql))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).as(sql).isEqualTo(state))
        .hasMessageContaining(hint);
  }
}
