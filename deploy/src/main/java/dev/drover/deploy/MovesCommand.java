package dev.drover.deploy;

import dev.drover.agent.postgres.FreePorts;
import dev.drover.deploy.bench.BenchException;
import dev.drover.deploy.bench.MovesRun;
import dev.drover.deploy.bench.OltpRun;
import dev.drover.deploy.cluster.ClusterException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drover bench moves}: what moves of shards cost those who use the tables. */
@Command(
    name = "moves",
    description = {
      "Starts a cluster of three datanodes, compares moves of a large leaf with a bare COPY between"
          + " the same servers, moves slots of two tables with indexes, first alone, then under a"
          + " load of reads and writes, and adds a fourth node."
    },
    mixinStandardHelpOptions = true)
final class MovesCommand implements Callable<Integer> {
  @Option(
      names = "--moves",
      paramLabel = "N",
      description = "moves in each series (default: ${DEFAULT-VALUE})",
      defaultValue = "50")
  private int moves;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "rows of the first table; the second has twice as many (${DEFAULT-VALUE})",
      defaultValue = "100000")
  private int rows;

  @Option(
      names = "--copies",
      paramLabel = "N",
      description = "moves of a large leaf beside a bare pipe (${DEFAULT-VALUE})",
      defaultValue = "5")
  private int copies;

  @Option(
      names = "--copy-rows",
      paramLabel = "N",
      description = "rows of that leaf (${DEFAULT-VALUE})",
      defaultValue = "500000")
  private int copyRows;

  @Option(
      names = "--clients",
      paramLabel = "N",
      description = "clients of the load (default: ${DEFAULT-VALUE})",
      defaultValue = "4")
  private int clients;

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
    MovesRun.Size size = new MovesRun.Size(moves, rows, copies, copyRows, clients);
    try (MovesRun run = new MovesRun(postgres, size, place, IO::println)) {
      Runtime.getRuntime().addShutdownHook(new Thread(run::close, "shutdown"));
      return run.run() ? 0 : 1;
    } catch (BenchException e) {
      throw new ClusterException(e.getMessage(), e);
    }
  }
}
