package dev.drover.deploy;

import dev.drover.agent.postgres.FreePorts;
import dev.drover.deploy.bench.BenchException;
import dev.drover.deploy.bench.OltpRun;
import dev.drover.deploy.bench.SnapshotsRun;
import dev.drover.deploy.cluster.ClusterException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drover bench snapshots}: what one view of all nodes costs. */
@Command(
    name = "snapshots",
    description = {
      "Starts a cluster of three datanodes; four clients write on one node and four on two, and 0,"
          + " 1 and 8 clients read all nodes twenty times a second each, with global snapshots and"
          + " without, in turns."
    },
    mixinStandardHelpOptions = true)
final class SnapshotsCommand implements Callable<Integer> {
  @Mixin private RunsOption length;

  @Option(
      names = "--postgres",
      paramLabel = "bundled|DIR",
      description = "the PostgreSQL to run (default: ${DEFAULT-VALUE})",
      defaultValue = "bundled")
  private String postgres;

  @Override
  public Integer call() {
    OltpRun.Place place =
        new OltpRun.Place(
            TemporaryDirectory.unlessGiven(Optional.empty(), "bench").path(), FreePorts::one);
    try (SnapshotsRun run =
        new SnapshotsRun(postgres, length.seconds(), length.runs(), place, IO::println)) {
      Runtime.getRuntime().addShutdownHook(new Thread(run::close, "shutdown"));
      run.run();
      return 0;
    } catch (BenchException e) {
      throw new ClusterException(e.getMessage(), e);
    }
  }
}
