package dev.drover.tests.moves;

import dev.drover.redistribute.move.MovePhase;
import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import dev.drover.tests.moves.CrashPoints.Point;
import dev.drover.tests.moves.MoveCrashTest.Moment;
import dev.drover.tests.moves.MoveCrashTest.Step;
import dev.drover.tests.moves.MoveCrashTest.Victim;
import java.sql.SQLException;
import java.time.Duration;

/** One move or rewrite, led to a step where somebody dies. */
final class Crash {
  private static final Duration LIMIT = Duration.ofSeconds(40);

  private final TemporaryCluster cluster;
  private final Endpoint catalog;
  private final Victim victim;
  private final String source;
  private final String target;
  private int job;

  Crash(TemporaryCluster cluster, Victim victim, String source, String target) {
    this.cluster = cluster;
    this.catalog = cluster.servers().getFirst();
    this.victim = victim;
    this.source = source;
    this.target = target;
  }

  /** Starts the job. */
  interface Start {
    int job() throws SQLException;
  }

  void happen(CrashPoints points, Step step, Start start) throws SQLException {
    Point turning = new Point(turning(step), false);
    points.arm(turning);
    job = start.job();
    Patience.await(LIMIT, () -> points.waiting(turning).isPresent(), true);
    if (step.moment() == Moment.COPYING) {
      dieWhileCopying(points, turning);
      return;
    }
    if (!step.point().equals(turning)) {
      points.arm(step.point());
      turn(step.phase());
      points.release(turning);
      Patience.await(LIMIT, () -> points.waiting(step.point()).isPresent(), true);
    }
    String member = member();
    kill(member);
    if (victim == Victim.COORDINATOR && step.moment() == Moment.WORKED) {
      points.discard(step.point());
    } else {
      points.release(step.point());
    }
  }

  /** The last phase that every move comes to before the step. */
  private static MovePhase turning(Step step) {
    return switch (step.phase()) {
      case PLANNED, SLOT, INDEX, CATCHUP, DECIDED -> step.phase();
      case COPY -> step.moment() == Moment.COPYING ? MovePhase.SLOT : MovePhase.COPY;
      case CUTOVER -> step.moment() == Moment.PREPARING ? MovePhase.CATCHUP : MovePhase.CUTOVER;
      case RESTARTING, ROLLING_BACK -> MovePhase.INDEX;
      case DONE, FAILED -> throw new IllegalArgumentException("nothing is left to do");
    };
  }

  /** Gives the move a reason to leave the straight way. */
  private void turn(MovePhase towards) throws SQLException {
    switch (towards) {
      case RESTARTING ->
          server(source)
              .run("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
      case ROLLING_BACK -> catalog.run("SELECT drover.cancel_job(%d)".formatted(job));
      case PLANNED, SLOT, COPY, INDEX, CATCHUP, CUTOVER, DECIDED, DONE, FAILED -> {}
    }
  }

  /** The throttle lets one chunk pass in a day. */
  private void dieWhileCopying(CrashPoints points, Point before) throws SQLException {
    throttle(1);
    points.release(before);
    Patience.await(
        LIMIT, () -> Slots.ask(server(target), "SELECT 1 FROM pg_stat_progress_copy"), "1");
    kill(member());
    throttle(0);
  }

  private void throttle(int bytesPerSecond) throws SQLException {
    catalog.run("SELECT drover.throttle_job(%d, %d)".formatted(job, bytesPerSecond));
  }

  /** Which process dies, by its label; a server with a slash. */
  private String member() throws SQLException {
    return switch (victim) {
      case COORDINATOR -> coordinator();
      case SOURCE -> "server/" + source;
      case TARGET -> "server/" + target;
      case AGENT -> source;
    };
  }

  /** The one that has the job's claim. */
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

  private void kill(String member) {
    int slash = member.indexOf('/');
    if (slash < 0) {
      cluster.kill(member);
    } else {
      cluster.killServer(member.substring(slash + 1));
    }
  }

  private Endpoint server(String node) {
    return cluster.datanodes().get(cluster.datanodeNames().indexOf(node));
  }

  String jobState() throws SQLException {
    return Slots.ask(catalog, "SELECT state FROM drover.job WHERE id = " + job);
  }

  @Override
  public String toString() {
    return "job %d from %s to %s".formatted(job, source, target);
  }
}
