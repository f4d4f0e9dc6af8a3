package dev.drover.deploy.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Measures each workload on both contenders in turns: plain, Drover, plain, Drover, so that what
 * else the machine does hits both alike.
 *
 * <p>Threads: confined to one.
 */
final class OltpBench {
  private final Gauge plain;
  private final Gauge drover;
  private final BenchOptions options;
  private final Consumer<String> progress;
  private final Set<TableSet> prepared = new HashSet<>();

  OltpBench(Gauge plain, Gauge drover, BenchOptions options, Consumer<String> progress) {
    this.plain = plain;
    this.drover = drover;
    this.options = options;
    this.progress = progress;
  }

  List<ReportRow> measure(List<Workload> workloads) {
    List<ReportRow> rows = new ArrayList<>();
    for (Workload workload : workloads) {
      rows.add(row(workload));
    }
    return rows;
  }

  private ReportRow row(Workload workload) {
    try {
      prepare(workload.tables());
      Duration warmUp = Duration.ofSeconds(options.warmUpSeconds());
      plain.measure(workload, warmUp);
      drover.measure(workload, warmUp);
      return turns(workload);
    } catch (SQLException | BenchException e) {
      progress.accept("%s failed: %s".formatted(workload.name(), e.getMessage()));
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      return ReportRow.failed(workload, reason);
    }
  }

  private void prepare(TableSet tables) throws SQLException {
    if (prepared.contains(tables)) {
      return;
    }
    progress.accept("preparing tables ...");
    tables.prepare(plain.contender());
    tables.prepare(drover.contender());
    prepared.add(tables);
  }

  private ReportRow turns(Workload workload) throws SQLException {
    Duration length = Duration.ofSeconds(options.seconds());
    List<Measurement> ofPlain = new ArrayList<>();
    List<Measurement> ofDrover = new ArrayList<>();
    for (int i = 0; i < options.runs(); i++) {
      ofPlain.add(plain.measure(workload, length));
      ofDrover.add(drover.measure(workload, length));
    }
    ReportRow row = new ReportRow(workload.name(), workload.unit(), ofPlain, ofDrover, "");
    progress.accept(
        "%-16s plain %12s/s   drover %12s/s   ratio %.2f"
            .formatted(
                row.name(),
                Report.rate(row.plain(Measurement::perSecond)),
                Report.rate(row.drover(Measurement::perSecond)),
                row.ratio(Measurement::perSecond)));
    return row;
  }

  /** Whether Drover's tables hold what pgbench has done; empty when it has done nothing. */
  String consistency(TableSet ofPgbench) throws SQLException {
    if (!prepared.contains(ofPgbench)) {
      return "";
    }
    try (Client client = Client.of(drover.contender())) {
      long accounts = client.number("SELECT coalesce(sum(abalance), 0) FROM pgbench_accounts");
      long history = client.number("SELECT coalesce(sum(delta), 0) FROM pgbench_history");
      long tellers = client.number("SELECT coalesce(sum(tbalance), 0) FROM pgbench_tellers");
      long branches = client.number("SELECT coalesce(sum(bbalance), 0) FROM pgbench_branches");
      if (accounts == history && tellers == branches) {
        return Report.SUMS_AGREE;
      }
      return "the sums of pgbench's tables DIFFER: accounts %d, history %d, tellers %d, branches %d"
          .formatted(accounts, history, tellers, branches);
    }
  }
}
