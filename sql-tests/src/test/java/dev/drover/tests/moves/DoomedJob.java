package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import dev.drover.tests.moves.CrashPoints.Point;
import dev.drover.tests.moves.MoveCrashTest.Victim;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * A job that brings rows from one node to another while one of those dies that carry it out.
 *
 * <p>Threads: confined to one.
 */
final class DoomedJob {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final TemporaryCluster cluster;
  private final Endpoint catalog;
  private final Victim victim;
  private final String source;
  private final String target;
  private int job;

  DoomedJob(TemporaryCluster cluster, Victim victim, String source, String target) {
    this.cluster = cluster;
    this.catalog = cluster.servers().getFirst();
    this.victim = victim;
    this.source = source;
    this.target = target;
  }

  void began(int number) {
    job = number;
  }

  Endpoint source() {
    return server(source);
  }

  Endpoint target() {
    return server(target);
  }

  private Endpoint server(String node) {
    return cluster.datanodes().get(cluster.datanodeNames().indexOf(node));
  }

  /** From now on one chunk of rows passes in a day. */
  void holdCopies() throws SQLException {
    throttle(1);
  }

  void letCopiesGo() throws SQLException {
    throttle(0);
  }

  private void throttle(int bytesPerSecond) throws SQLException {
    catalog.run("SELECT drover.throttle_job(%d, %d)".formatted(job, bytesPerSecond));
  }

  void cancel() throws SQLException {
    catalog.run("SELECT drover.cancel_job(%d)".formatted(job));
  }

  boolean isCopying() throws SQLException {
    return !Slots.ask(target(), "SELECT 1 FROM pg_stat_progress_copy").isEmpty();
  }

  String state() throws SQLException {
    return Slots.ask(catalog, "SELECT state FROM drover.job WHERE id = " + job);
  }

  /** Ends the victim's process without warning. */
  void kill() throws SQLException {
    switch (victim) {
      case COORDINATOR -> cluster.kill(coordinator());
      case SOURCE -> cluster.killServer(source);
      case TARGET -> cluster.killServer(target);
      case AGENT -> cluster.kill(source);
    }
  }

  /**
   * The target of a job that waits there goes down, and the job is cancelled. Returns when the
   * source has no replication slot any more; the target comes back then.
   */
  void cancelWithoutTarget(CrashPoints points, Point point) throws SQLException {
    Patience.await(LIMIT, () -> points.waiting(point).isPresent(), true);
    assertThat(replicationSlots()).isNotEmpty();
    cluster.suspend(target);
    try {
      cluster.killServer(target);
      cancel();
      points.release(point);
      Patience.await(LIMIT, this::replicationSlots, List.of());
      assertThat(state()).isNotEqualTo("cancelled");
    } finally {
      cluster.resume(target);
    }
  }

  private List<String> replicationSlots() throws SQLException {
    return Slots.column(source(), "SELECT slot_name FROM pg_replication_slots");
  }

  /** The one that has the job's claim, by its label. */
  private String coordinator() throws SQLException {
    String name =
        Slots.ask(
            catalog,
            """
            SELECT substring(a.application_name FROM '\\S+$') FROM pg_locks l
            JOIN pg_stat_activity a USING (pid)
            WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1685219938 AND l.objid = %d
            """
                .formatted(job));
    return name.equals("coordinator1") ? "coordinator" : name;
  }

  @Override
  public String toString() {
    return "job %d from %s to %s".formatted(job, source, target);
  }
}
