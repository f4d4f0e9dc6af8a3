package dev.drover.tests.moves;

import dev.drover.redistribute.move.MovePhase;
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

  private final Victim victim;
  private final DoomedJob job;

  Crash(TemporaryCluster cluster, Victim victim, String source, String target) {
    this.victim = victim;
    this.job = new DoomedJob(cluster, victim, source, target);
  }

  /** Starts the job. */
  interface Start {
    int job() throws SQLException;
  }

  void happen(CrashPoints points, Step step, Start start) throws SQLException {
    Point turning = new Point(turning(step), false);
    points.arm(turning);
    job.began(start.job());
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
    job.kill();
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
          job.source().run("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
      case ROLLING_BACK -> job.cancel();
      case PLANNED, SLOT, COPY, INDEX, CATCHUP, CUTOVER, DECIDED, DONE, FAILED -> {}
    }
  }

  private void dieWhileCopying(CrashPoints points, Point before) throws SQLException {
    job.holdCopies();
    points.release(before);
    Patience.await(LIMIT, job::isCopying, true);
    job.kill();
    job.letCopiesGo();
  }

  String jobState() throws SQLException {
    return job.state();
  }

  @Override
  public String toString() {
    return job.toString();
  }
}
