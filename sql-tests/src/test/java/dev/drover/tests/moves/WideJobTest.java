package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A job moves several slots at a time: three of one node, of which two may be under way.
 *
 * <p>A throttle keeps moves in their copies, so that the machine's speed does not matter.
 */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no slots")
@ExtendWith(EndpointsExtension.class)
class WideJobTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int MOVES = 3;

  private final Endpoint drover;
  private final Endpoint catalog;
  private final List<Endpoint> datanodes;
  private final Slots slots;

  WideJobTest(Endpoints endpoints) {
    drover = endpoints.drover();
    catalog = endpoints.servers().getFirst();
    datanodes = endpoints.datanodes();
    slots = new Slots(drover, endpoints.servers());
  }

  @BeforeEach
  void createATable() throws SQLException {
    drover.run("CREATE SCHEMA wide");
    drover.run("CREATE TABLE wide.t (id int PRIMARY KEY, note text) DISTRIBUTE BY HASH (id)");
    drover.run("INSERT INTO wide.t SELECT g, repeat('x', 500) FROM generate_series(1, 6400) g");
  }

  @AfterEach
  void dropIt() throws SQLException {
    drover.run("DROP SCHEMA IF EXISTS wide CASCADE");
  }

  @Test
  void movesOverlapUpToTheLimit() throws SQLException {
    int job = start(200_000, 2);
    Patience.await(LIMIT, () -> phases(job, "COPY"), 2L);
    assertThat(phases(job, "PLANNED")).isEqualTo(MOVES - 2);
    drover.run("SELECT drover.throttle_job(%d, 0)".formatted(job));
    slots.awaitJob(job);
    assertThat(phases(job, "DONE")).isEqualTo(MOVES);
    assertThat(mostAtATime(job)).isEqualTo(2);
    assertThat(slots.misplaced("wide.t")).isEmpty();
    assertThat(slots.rowsOnNodes("wide.t")).isEqualTo(6400);
    assertThat(slots.leftovers()).isEmpty();
  }

  @Test
  void aPausedJobEndsWithAllItsMoves() throws SQLException {
    int job = start(2_000, 2);
    Patience.await(LIMIT, () -> phases(job, "COPY"), 2L);
    drover.run("SELECT drover.pause_job(%d)".formatted(job));
    drover.run("SELECT drover.cancel_job(%d)".formatted(job));
    assertThatThrownBy(() -> slots.awaitJob(job)).hasMessageContaining("was cancelled");
    assertThat(phases(job, "FAILED")).isEqualTo(MOVES);
    assertThat(slots.misplaced("wide.t")).isEmpty();
    assertThat(slots.rowsOnNodes("wide.t")).isEqualTo(6400);
    assertThat(slots.leftovers()).isEmpty();
  }

  /** As much time as another job takes, again and again: what is not held passes meanwhile. */
  @Test
  void aPauseHoldsAllMovesUntilTheJobIsResumed() throws SQLException {
    drover.run("CREATE TABLE wide.other (a int) DISTRIBUTE BY REPLICATION");
    int job = start(2_000, 1);
    Patience.await(LIMIT, () -> phases(job, "COPY"), 1L);
    drover.run("SELECT drover.widen_job(%d, 2)".formatted(job));
    Patience.await(LIMIT, this::copies, 2L);
    drover.run("SELECT drover.pause_job(%d)".formatted(job));
    otherJob("ROUNDROBIN");
    drover.run("SELECT drover.throttle_job(%d, 0)".formatted(job));
    long bytes = copiedBytes();
    otherJob("REPLICATION");
    otherJob("ROUNDROBIN");
    assertThat(copies()).isEqualTo(2);
    assertThat(copiedBytes()).isEqualTo(bytes);
    assertThat(phases(job, "COPY")).isEqualTo(2);
    assertThat(phases(job, "PLANNED")).isEqualTo(MOVES - 2);
    drover.run("SELECT drover.resume_job(%d)".formatted(job));
    slots.awaitJob(job);
    assertThat(phases(job, "DONE")).isEqualTo(MOVES);
    assertThat(slots.misplaced("wide.t")).isEmpty();
    assertThat(slots.rowsOnNodes("wide.t")).isEqualTo(6400);
    assertThat(slots.leftovers()).isEmpty();
  }

  private void otherJob(String distribution) throws SQLException {
    drover.run("ALTER TABLE wide.other DISTRIBUTE BY %s CONCURRENTLY".formatted(distribution));
    drover.run("SELECT drover.wait_for(max(job)) FROM drover.jobs");
  }

  /** That are under way on their targets. */
  private long copies() throws SQLException {
    return onTargets("count(*)");
  }

  private long copiedBytes() throws SQLException {
    return onTargets("coalesce(sum(bytes_processed), 0)");
  }

  private long onTargets(String what) throws SQLException {
    long sum = 0;
    for (Endpoint node : datanodes) {
      String sql =
          "SELECT %s FROM pg_stat_progress_copy WHERE command = 'COPY FROM'".formatted(what);
      sum += Long.parseLong(Slots.ask(node, sql));
    }
    return sum;
  }

  /** Three slots of the first node, to the others in turn; as jobs of ALTER CLUSTER plan them. */
  private int start(int bytesPerSecond, int movesPerNode) throws SQLException {
    int group = slots.group("wide.t");
    return Integer.parseInt(
        Slots.column(
                catalog,
                """
                WITH job AS (
                  INSERT INTO drover.job (kind, throttle, moves_per_node) VALUES ('move', %d, %d)
                  RETURNING id),
                source AS (SELECT min(id) AS id FROM drover.nodes WHERE id > 0),
                moves AS (
                  INSERT INTO drover.move (job, colocation_group, slot, source, target)
                  SELECT job.id, g.id, s.slot - 1, source.id,
                    (SELECT max(id) FROM drover.nodes) - (row_number() OVER ()) %% 2
                  FROM drover.colocation_groups g, job, source,
                    unnest(g.slots) WITH ORDINALITY s(node, slot)
                  WHERE g.id = %d AND s.node = source.id ORDER BY s.slot LIMIT %d)
                SELECT id FROM job
                """
                    .formatted(bytesPerSecond, movesPerNode, group, MOVES))
            .getFirst());
  }

  private long phases(int job, String phase) throws SQLException {
    return count(
        "SELECT count(*) FROM drover.move WHERE job = %d AND phase = '%s'".formatted(job, phase));
  }

  /** When some move began, those that had not ended. */
  private long mostAtATime(int job) throws SQLException {
    return count(
        """
        SELECT max(n) FROM (
          SELECT count(*) AS n FROM drover.move a JOIN drover.move b USING (job)
          WHERE job = %d AND b.started <= a.started AND b.finished > a.started GROUP BY a.id) x
        """
            .formatted(job));
  }

  private long count(String sql) throws SQLException {
    List<String> found = Slots.column(catalog, sql);
    return Long.parseLong(found.getFirst());
  }
}
