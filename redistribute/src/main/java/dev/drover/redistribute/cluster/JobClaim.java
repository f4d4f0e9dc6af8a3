package dev.drover.redistribute.cluster;

import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.job.Job;
import dev.drover.redistribute.job.JobLost;

/** Whether a job is still ours, asked within a change. */
final class JobClaim {
  private JobClaim() {}

  static void check(ClusterChange.Parts parts, Job job) {
    String sql =
        "SELECT FROM drover.job WHERE id = %s AND claim = %d AND finished IS NULL"
            .formatted(job.id(), job.claim());
    if (parts.metadata(sql).isEmpty()) {
      throw new JobLost("job %s is not this claim's".formatted(job.id()));
    }
  }
}
