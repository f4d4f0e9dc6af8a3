package dev.drover.deploy;

import dev.drover.deploy.tpc.Tpcds;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drover bench tpcds}: 99 analytic queries. */
@Command(
    name = "tpcds",
    description = {
      "Starts a plain PostgreSQL and a cluster of three datanodes with the same binaries and"
          + " settings, fills both with TPC-DS's tables, compares the answers to its 99 queries and"
          + " measures them in turns.",
      "Exits with 0 when all goals are met."
    },
    mixinStandardHelpOptions = true)
final class TpcdsCommand implements Callable<Integer> {
  /** Of 99. */
  private static final int EQUAL_NEEDED = 95;

  @Mixin private TpcOption how;

  @Option(
      names = "--scale",
      paramLabel = "X",
      description = "scale factor, 0.01 at least (default: ${DEFAULT-VALUE})",
      defaultValue = "0.01")
  private double scale;

  @Override
  public Integer call() {
    return how.run(Tpcds.suite(scale), EQUAL_NEEDED);
  }
}
