package dev.drover.deploy;

import dev.drover.deploy.tpc.Tpch;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drover bench tpch}: 22 analytic queries. */
@Command(
    name = "tpch",
    description = {
      "Starts a plain PostgreSQL and a cluster of three datanodes with the same binaries and"
          + " settings, fills both with TPC-H's tables, compares the answers to its 22 queries and"
          + " measures them in turns.",
      "Exits with 0 when all goals are met."
    },
    mixinStandardHelpOptions = true)
final class TpchCommand implements Callable<Integer> {
  @Mixin private TpcOption how;

  @Option(
      names = "--scale",
      paramLabel = "X",
      description = "scale factor; 1 is six million line items (default: ${DEFAULT-VALUE})",
      defaultValue = "0.1")
  private double scale;

  @Override
  public Integer call() {
    return how.run(Tpch.suite(scale), Tpch.QUERIES);
  }
}
