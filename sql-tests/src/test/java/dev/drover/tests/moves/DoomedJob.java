package dev.drover.tests.moves;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import dev.drover.tests.moves.MoveCrashTest.Victim;
import java.sql.SQLException;

/**
 * A job that brings rows from one node to another while one of those dies that carry it out.
 *
 * <p>Threads: confined to one.
 */
final class DoomedJob {
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
