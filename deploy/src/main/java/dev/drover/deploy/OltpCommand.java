package dev.drover.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.agent.postgres.FreePorts;
import dev.drover.deploy.bench.BenchException;
import dev.drover.deploy.bench.BenchOptions;
import dev.drover.deploy.bench.OltpRun;
import dev.drover.deploy.bench.Report;
import dev.drover.deploy.cluster.ClusterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drover bench oltp}: pgbench, COPY and scans, in turns on both. */
@Command(
    name = "oltp",
    description = {
      "Starts a plain PostgreSQL and a cluster of three datanodes with the same binaries and"
          + " settings and measures both in turns. Needs pgbench.",
      "Rows: select, update, tpcb and insert, each -simple and -prepared; copy; scan-sum,"
          + " scan-group; connect."
    },
    mixinStandardHelpOptions = true)
final class OltpCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int COPY_ROWS = 1_000_000;
  private static final int SCAN_ROWS = 2_000_000;
  private static final int QUICK_DIVISOR = 20;

  @Mixin private RunsOption length;

  @Option(
      names = "--scale",
      paramLabel = "N",
      description = "pgbench's scale factor (default: ${DEFAULT-VALUE})",
      defaultValue = "10")
  private int scale;

  @Option(
      names = "--postgres",
      paramLabel = "bundled|DIR",
      description = "the PostgreSQL to run on both sides (default: the installation of pgbench)")
  private Optional<String> postgres = Optional.empty();

  @Option(
      names = "--only",
      paramLabel = "ROW",
      split = ",",
      description = "measure this row only; may be repeated")
  private List<String> only = List.of();

  @Option(names = "--quick", description = "small and short, to see that it works")
  private boolean isQuick;

  @Option(names = "--json", paramLabel = "FILE", description = "write the figures here too")
  private Optional<Path> json = Optional.empty();

  @Override
  public Integer call() {
    OltpRun.Place place =
        new OltpRun.Place(
            TemporaryDirectory.unlessGiven(Optional.empty(), "bench").path(), FreePorts::one);
    try (OltpRun run = OltpRun.of(options(), postgres, place, OltpCommand::log)) {
      Runtime.getRuntime().addShutdownHook(new Thread(run::close, "shutdown"));
      Report report = run.run();
      IO.println("");
      report.lines().forEach(IO::println);
      json.ifPresent(file -> write(file, report.json()));
      return report.hasFailures() ? FAILED : 0;
    } catch (BenchException e) {
      throw new ClusterException(e.getMessage(), e);
    }
  }

  /** Progress is not the result, which may go to a file. */
  private static void log(String line) {
    System.err.println(line);
  }

  private BenchOptions options() {
    if (isQuick) {
      int divisor = QUICK_DIVISOR;
      return new BenchOptions(1, 1, 1, COPY_ROWS / divisor, SCAN_ROWS / divisor, only);
    }
    return new BenchOptions(length.seconds(), length.runs(), scale, COPY_ROWS, SCAN_ROWS, only);
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text, UTF_8);
    } catch (IOException e) {
      throw new ClusterException("cannot write " + file, e);
    }
  }
}
