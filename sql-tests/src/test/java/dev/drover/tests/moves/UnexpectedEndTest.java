package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Jobs that meet what they do not know how to meet. Triggers on their records and on what nodes
 * keep for them make that up.
 */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server moves nothing")
@ExtendWith(EndpointsExtension.class)
class UnexpectedEndTest {
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final int ROWS = 500;
  private static final int SLOT = 5;

  private final Endpoint drover;
  private final List<Endpoint> datanodes;
  private final Slots slots;
  private final Jobs jobs;

  UnexpectedEndTest(Endpoints endpoints) {
    drover = endpoints.drover();
    datanodes = endpoints.datanodes();
    slots = new Slots(drover, endpoints.servers());
    jobs = new Jobs(drover);
  }

  /** Which record the job keeps. */
  enum Kind {
    MOVE,
    REWRITE;

    String records() {
      return "drover." + name().toLowerCase(Locale.ROOT);
    }
  }

  @BeforeEach
  void makeATable() throws SQLException {
    drover.run(
        """
        CREATE SCHEMA unexpected;
        CREATE TABLE unexpected.t (a int, b int) DISTRIBUTE BY HASH (a)
        """);
    drover.run(
        "INSERT INTO unexpected.t SELECT g, g FROM generate_series(1, %d) g".formatted(ROWS));
  }

  @AfterEach
  void dropEverything() throws SQLException {
    String drop = "DROP FUNCTION IF EXISTS drover.unexpected() CASCADE";
    slots.catalog().run(drop);
    for (Endpoint node : datanodes) {
      node.run(drop);
    }
    jobs.endAll();
    drover.run("DROP SCHEMA IF EXISTS unexpected CASCADE");
  }

  /** Nobody knows what phase that is. */
  @ParameterizedTest
  @EnumSource
  void aJobWithADefectIsTakenBack(Kind kind) throws SQLException {
    meet(
        slots.catalog(),
        "NEW.phase := 'NONSENSE'; RETURN NEW;",
        "BEFORE UPDATE ON %s FOR EACH ROW WHEN (NEW.phase = 'CUTOVER')".formatted(kind.records()));
    int job = start(kind);
    assertThatThrownBy(() -> slots.awaitJob(job))
        .hasMessageContaining("has failed")
        .hasMessageContaining("internal error");
    assertThat(slots.leftovers()).isEmpty();
    assertThat(slots.misplaced("unexpected.t")).isEmpty();
    drover.run("ALTER TABLE unexpected.t ADD COLUMN c int");
    drover.run("TRUNCATE unexpected.t");
  }

  @ParameterizedTest
  @EnumSource
  void aJobThatCannotKeepItsRecordIsTriedAgain(Kind kind) throws SQLException {
    refuse(kind, "INDEX");
    int job = start(kind);
    Patience.await(
        LIMIT, () -> jobs.column(job, "message").matches("Will be tried again: .*not now"), true);
    assertThat(jobs.column(job, "state")).isEqualTo("running");
    slots.catalog().run("DROP FUNCTION drover.unexpected() CASCADE");
    slots.awaitJob(job);
    assertThat(slots.leftovers()).isEmpty();
    assertThat(slots.rowsOnNodes("unexpected.t")).isEqualTo(ROWS);
  }

  /** The details of servers may hold rows: they are in no message. */
  @Test
  void aMoveThatCannotBeginIsNotLeft() throws SQLException {
    refuse(Kind.MOVE, "SLOT");
    int job = start(Kind.MOVE);
    assertThatThrownBy(() -> slots.awaitJob(job)).hasMessageContaining("has failed");
    assertThat(jobs.column(job, "message")).isEqualTo("not now");
    slots.catalog().run("DROP FUNCTION drover.unexpected() CASCADE");
    slots.awaitJob(start(Kind.MOVE));
  }

  @Test
  void whoWaitsForANodeAfterTheDecisionAsksEverMoreRarely() throws SQLException {
    int job;
    for (Endpoint node : datanodes) {
      meet(
          node,
          "RAISE 'not now' USING ERRCODE = '55P03';",
          "BEFORE DELETE ON drover.move_marker FOR EACH ROW");
    }
    job = start(Kind.MOVE);
    Patience.await(
        LIMIT, () -> jobs.column(job, "message").matches(".*not now; tried again in 8 s"), true);
    assertThat(jobs.column(job, "phase")).isEqualTo("decided");
    for (Endpoint node : datanodes) {
      node.run("DROP FUNCTION drover.unexpected() CASCADE");
    }
    slots.awaitJob(job);
    assertThat(slots.leftovers()).isEmpty();
  }

  private void refuse(Kind kind, String phase) throws SQLException {
    meet(
        slots.catalog(),
        "RAISE 'not now' USING DETAIL = 'a row';",
        "BEFORE UPDATE ON %s FOR EACH ROW WHEN (NEW.phase = '%s')"
            .formatted(kind.records(), phase));
  }

  private static void meet(Endpoint server, String body, String event) throws SQLException {
    server.run(
        """
        CREATE FUNCTION drover.unexpected() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN %s END $$;
        CREATE TRIGGER unexpected %s EXECUTE FUNCTION drover.unexpected()
        """
            .formatted(body, event));
  }

  private int start(Kind kind) throws SQLException {
    if (kind == Kind.MOVE) {
      int group = slots.group("unexpected.t");
      return slots.start(group, SLOT, slots.otherThan(slots.owner(group, SLOT)));
    }
    return jobs.start("ALTER TABLE unexpected.t DISTRIBUTE BY HASH (b) CONCURRENTLY");
  }
}
