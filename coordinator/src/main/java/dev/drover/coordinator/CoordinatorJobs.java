package dev.drover.coordinator;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.cluster.AddNodeJob;
import dev.drover.redistribute.cluster.RebalanceJob;
import dev.drover.redistribute.cluster.RemoveNodeJob;
import dev.drover.redistribute.job.CatalogNode;
import dev.drover.redistribute.job.JobKind;
import dev.drover.redistribute.job.JobRunner;
import dev.drover.redistribute.move.MoveJob;
import dev.drover.redistribute.move.MoveSweep;
import dev.drover.redistribute.move.SlotMoves;
import dev.drover.redistribute.move.Sweeper;
import dev.drover.redistribute.rewrite.RewriteJob;
import dev.drover.redistribute.rewrite.RewriteSweep;
import java.time.Duration;
import java.util.List;

/** The jobs that a coordinator works on, and who takes away what they leave. */
record CoordinatorJobs(JobRunner runner, Sweeper moves, Sweeper rewrites) implements AutoCloseable {
  CoordinatorJobs {
    requireNonNull(runner);
    requireNonNull(moves);
    requireNonNull(rewrites);
  }

  static CoordinatorJobs start(
      CatalogNode catalogNode, Servers servers, ClusterChange change, Duration moveGrace) {
    return new CoordinatorJobs(
        JobRunner.start(catalogNode, kinds(servers, change)),
        MoveSweep.start(catalogNode, servers, moveGrace),
        RewriteSweep.start(catalogNode, servers));
  }

  private static List<JobKind> kinds(Servers servers, ClusterChange change) {
    SlotMoves moves = new SlotMoves(servers, change);
    return List.of(
        new MoveJob(moves),
        new AddNodeJob(servers, change, moves),
        new RemoveNodeJob(servers, change, moves),
        new RebalanceJob(servers, change, moves),
        new RewriteJob(servers, change));
  }

  /** Lets go of its jobs; other coordinators take them up. */
  @Override
  public void close() {
    runner.close();
    moves.close();
    rewrites.close();
  }
}
