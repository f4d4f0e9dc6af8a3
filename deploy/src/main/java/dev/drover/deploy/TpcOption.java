package dev.drover.deploy;

import dev.drover.agent.postgres.FreePorts;
import dev.drover.deploy.bench.BenchException;
import dev.drover.deploy.bench.OltpRun;
import dev.drover.deploy.bench.TpcOptions;
import dev.drover.deploy.bench.TpcReport;
import dev.drover.deploy.bench.TpcRun;
import dev.drover.deploy.cluster.ClusterException;
import dev.drover.deploy.tpc.Layout;
import dev.drover.deploy.tpc.Suite;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the benchmarks of standard workloads share. */
final class TpcOption {
  private static final int FAILED = 1;

  /** Where Drover's tables lie. */
  enum Spread {
    good,
    bad
  }

  @Option(
      names = "--layout",
      paramLabel = "good|bad",
      description = {
        "good: what is joined most lies together and small tables are everywhere;",
        "bad: every table by a column that nothing is joined by (default: ${DEFAULT-VALUE})"
      },
      defaultValue = "good")
  private Spread layout;

  @Option(
      names = "--queries",
      paramLabel = "N",
      split = ",",
      description = "run these queries only")
  private List<Integer> queries = List.of();

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "runs of each query on each side; 0 compares only (default: ${DEFAULT-VALUE})",
      defaultValue = "3")
  private int runs;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      description = "cancel a query that takes longer (default: ${DEFAULT-VALUE})",
      defaultValue = "120")
  private int limit;

  @Option(
      names = "--postgres",
      paramLabel = "bundled|DIR",
      description = "the PostgreSQL to run on both sides (default: ${DEFAULT-VALUE})",
      defaultValue = "bundled")
  private String postgres;

  /** Bounds on time are for tables that lie well; others need only be right. */
  int run(Suite suite, int equalNeeded) {
    for (int query : queries) {
      if (query < 1 || query > suite.queries().size()) {
        throw new ClusterException("no query %d in %s".formatted(query, suite.name()));
      }
    }
    OltpRun.Place place =
        new OltpRun.Place(
            TemporaryDirectory.unlessGiven(Optional.empty(), "bench").path(), FreePorts::one);
    try (TpcRun run = new TpcRun(suite, goals(equalNeeded), options(), place, IO::println)) {
      Runtime.getRuntime().addShutdownHook(new Thread(run::close, "shutdown"));
      TpcReport report = run.run();
      report.summary().forEach(IO::println);
      return report.missedGoals().isEmpty() ? 0 : FAILED;
    } catch (BenchException e) {
      throw new ClusterException(e.getMessage(), e);
    }
  }

  private TpcOptions options() {
    Layout chosen = Layout.valueOf(layout.name().toUpperCase(Locale.ROOT));
    return new TpcOptions(postgres, chosen, queries, runs, limit);
  }

  private TpcReport.Goals goals(int equalNeeded) {
    return layout == Spread.good
        ? TpcReport.Goals.ofGoodLayout(equalNeeded)
        : TpcReport.Goals.ofBadLayout(equalNeeded);
  }
}
