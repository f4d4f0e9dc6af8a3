package dev.drover.redistribute.cluster;

import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.ClusterChange.Outcome;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobFailed;
import dev.drover.redistribute.job.JobLost;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A job's changes of the cluster: each is made while the job is still ours, and tried again while
 * what stands in its way may pass.
 *
 * <p>Threads: confined to the job's thread; blocks.
 *
 * @param tries after which the job fails
 */
record ClaimedChange(ClusterChange cluster, JobControl control, int tries) {
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int LONGEST_PAUSE = 10;

  /**
   * Returns when it is committed.
   *
   * @param what is changed, for who reads why it could not be
   */
  void run(String what, ClusterChange.Work work) throws SQLException {
    String reason = "";
    for (int i = 1; i <= tries; i++) {
      control.proceed();
      switch (cluster.run(parts -> whileClaimed(parts, work))) {
        case Outcome.Committed() -> {
          return;
        }
        case Outcome.Unknown(String message) -> throw new SQLException(message, "08007");
        case Outcome.RolledBack refused when !refused.mayPass() ->
            throw new SQLException("%s: %s".formatted(what, refused.message()), refused.sqlState());
        case Outcome.RolledBack refused -> reason = refused.message();
      }
      LockSupport.parkNanos(PAUSE.toNanos() * Math.min(i, LONGEST_PAUSE));
    }
    throw new JobFailed("%s is in use by transactions that do not end: %s".formatted(what, reason));
  }

  /** One attempt, whether the job is to go on or not; a later claim makes up for what fails. */
  void once(ClusterChange.Work work) throws SQLException {
    ClusterChange.Outcome _ = cluster.run(parts -> whileClaimed(parts, work));
  }

  private void whileClaimed(ClusterChange.Parts parts, ClusterChange.Work work)
      throws SQLException {
    String sql =
        "SELECT FROM drover.job WHERE id = %s AND claim = %d AND finished IS NULL"
            .formatted(control.job().id(), control.job().claim());
    if (parts.metadata(sql).isEmpty()) {
      throw new JobLost("job %s is not this claim's".formatted(control.job().id()));
    }
    work.run(parts);
  }
}
