package dev.drover.tests.moves;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import dev.drover.tests.moves.Brake.Point;
import dev.drover.tests.moves.MoveCrashTest.Victim;
import dev.drover.tests.moves.ReplicaCrashTest.Step;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** One copy of a replicated table, led to a step where somebody dies. */
final class ReplicaCrash {
  private static final Duration LIMIT = Duration.ofSeconds(40);

  private final Endpoint catalog;
  private final Victim victim;
  private final DoomedJob job;

  ReplicaCrash(TemporaryCluster cluster, Victim victim, String source, String target) {
    this.catalog = cluster.servers().getFirst();
    this.victim = victim;
    this.job = new DoomedJob(cluster, victim, source, target);
  }

  void happen(Step step, Crash.Start start) throws SQLException {
    try (Brake publishing = Brake.before(Point.ALTER_PUBLICATION, job.source())) {
      job.began(start.job());
      Patience.await(LIMIT, publishing::isWaitedFor, true);
      switch (step) {
        case PUBLISHING -> dieBefore(publishing, step);
        case SLOT -> dieWhileTheSlotWaits(publishing);
        case COPYING, UNDOING -> dieWhileCopying(publishing, step);
        case COPIED -> dieBefore(Point.CREATE_SUBSCRIPTION, job.target(), publishing, step);
        case FOLLOWING -> dieBefore(Point.MARKER, job.source(), publishing, step);
        case CUTOVER -> dieBefore(Point.PREPARE, catalog, publishing, step);
        case TIDYING -> dieBefore(Point.ALTER_SUBSCRIPTION, job.target(), publishing, step);
      }
    }
  }

  private void dieBefore(Point point, Endpoint server, Brake former, Step step)
      throws SQLException {
    try (Brake brake = Brake.before(point, server)) {
      former.close();
      dieBefore(brake, step);
    }
  }

  private void dieBefore(Brake brake, Step step) throws SQLException {
    Patience.await(LIMIT, brake::isWaitedFor, true);
    job.kill();
    if (victim == Victim.COORDINATOR && step != Step.CUTOVER) {
      brake.discard();
    }
  }

  /** A transaction that has written keeps the slot from its snapshot. */
  private void dieWhileTheSlotWaits(Brake publishing) throws SQLException {
    try (Obstacle _ = new Obstacle(List.of(job.source()))) {
      publishing.close();
      String waits =
          "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE"
              + " 'CREATE_REPLICATION_SLOT%'";
      Patience.await(LIMIT, () -> Slots.ask(job.source(), waits), "1");
      job.kill();
    }
  }

  private void dieWhileCopying(Brake publishing, Step step) throws SQLException {
    job.holdCopies();
    publishing.close();
    Patience.await(LIMIT, job::isCopying, true);
    if (step == Step.UNDOING) {
      try (Brake brake = Brake.before(Point.DROP_PUBLICATION, job.source())) {
        job.cancel();
        dieBefore(brake, step);
      }
      return;
    }
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
