package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A node's disk cannot take the rows of a table that is filled anew: those that are copied, or one
 * that is written later. The table stays as it was, and nothing else stays.
 */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server fills nothing anew")
@ExtendWith(EndpointsExtension.class)
class FullDiskRewriteTest {
  private static final int ROWS = 64;

  private final Endpoint drover;
  private final List<Endpoint> datanodes;
  private final Endpoint full;
  private final Slots slots;
  private final Jobs jobs;
  private List<String> rows;

  FullDiskRewriteTest(Endpoints endpoints) {
    drover = endpoints.drover();
    datanodes = endpoints.datanodes();
    full = datanodes.getLast();
    slots = new Slots(drover, endpoints.servers());
    jobs = new Jobs(drover);
  }

  @BeforeEach
  void makeATable() throws SQLException {
    drover.run(
        """
        CREATE SCHEMA filled;
        CREATE TABLE filled.t (a int, b int, c text, PRIMARY KEY (a, b)) DISTRIBUTE BY HASH (a)
        """);
    drover.run(
        "INSERT INTO filled.t SELECT g, g, repeat('x', 300) FROM generate_series(1, %d) g"
            .formatted(ROWS));
  }

  @AfterEach
  void dropTheTable() throws SQLException {
    jobs.endAll();
    drover.run("DROP SCHEMA IF EXISTS filled CASCADE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DISTRIBUTE BY HASH (b)",
        "DISTRIBUTE BY REPLICATION",
        "ALTER COLUMN c TYPE varchar(1000)",
        "SET (fillfactor = 50)"
      })
  void rowsThatCannotBeCopiedStayWhereTheyAre(String change) throws SQLException {
    rows = rows();
    try (FullDisk disk = new FullDisk(full)) {
      disk.forTablesThatAreFilledAnew();
      fails(start(change));
    }
    worksNow(change);
  }

  /** Where both columns are equal, rows stay on their nodes whichever column is the key. */
  @ParameterizedTest
  @ValueSource(strings = {"DISTRIBUTE BY HASH (b)", "ALTER COLUMN c TYPE varchar(1000)"})
  void aRowThatComesLaterEndsTheJobAsWell(String change) throws SQLException {
    String late = Slots.ask(full, "SELECT min(a) FROM filled.t");
    String here = Slots.ask(full, "SELECT string_agg(a::text, ',') FROM filled.t");
    drover.run("DELETE FROM filled.t WHERE a IN (%s)".formatted(here));
    try (FullDisk disk = new FullDisk(full)) {
      disk.forTablesThatAreFilledAnew();
      int job;
      try (Obstacle _ = new Obstacle(datanodes)) {
        job = start(change);
        jobs.throttle(job, 1);
      }
      jobs.awaitPhase(job, "copy");
      drover.run("INSERT INTO filled.t VALUES (%s, %1$s, 'late')".formatted(late));
      rows = rows();
      jobs.throttle(job, 0);
      fails(job);
    }
    worksNow(change);
  }

  private int start(String change) throws SQLException {
    return jobs.start("ALTER TABLE filled.t %s CONCURRENTLY".formatted(change));
  }

  private void fails(int job) throws SQLException {
    assertThatThrownBy(() -> slots.awaitJob(job))
        .hasMessageContaining("has failed")
        .hasMessageContaining("No space left on device");
    assertThat(jobs.column(job, "message")).contains("No space left on device");
    assertThat(slots.restarts(job)).isEqualTo("0");
    assertThat(slots.leftovers()).isEmpty();
    assertThat(slots.misplaced("filled.t")).isEmpty();
    String held =
        """
        SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'filled.t'::regclass AND (c.relreplident <> 'd'
          OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND tgname = 'drover_moving'))
        """;
    for (Endpoint node : datanodes) {
      assertThat(Slots.ask(node, held)).isEqualTo("0");
    }
    assertThat(rows()).isEqualTo(rows);
  }

  private void worksNow(String change) throws SQLException {
    slots.awaitJob(start(change));
    assertThat(rows()).isEqualTo(rows);
    assertThat(slots.leftovers()).isEmpty();
  }

  private List<String> rows() throws SQLException {
    return Slots.column(drover, "SELECT concat_ws(' ', a, b, c) FROM filled.t ORDER BY a");
  }
}
