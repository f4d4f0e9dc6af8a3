package dev.drover.redistribute.cluster;

import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.Job;
import dev.drover.redistribute.job.JobFailed;
import java.sql.Connection;
import java.sql.SQLException;

/** The node that a job is about: its first argument. */
final class NodeArgument {
  private static final int ANSWER_SECONDS = 5;

  private NodeArgument() {}

  static int of(Job job) {
    return Integer.parseInt(job.arguments().getFirst());
  }

  /** A node that is down when the job begins ends it; later ones are waited for. */
  static void requireReachable(Servers servers, ClusterTables tables, Job job) {
    int node = of(job);
    if (!tables.nodes().contains(node)) {
      throw new JobFailed("node %d has been dropped".formatted(node));
    }
    if (job.isTakenUpAgain()) {
      return;
    }
    try (Connection connection = servers.connect(node, "drover job")) {
      if (!connection.isValid(ANSWER_SECONDS)) {
        throw new JobFailed("node %s does not answer".formatted(servers.name(node)));
      }
    } catch (SQLException e) {
      throw new JobFailed(e.getMessage());
    }
  }
}
