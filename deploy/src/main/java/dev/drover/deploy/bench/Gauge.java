package dev.drover.deploy.bench;

import java.sql.SQLException;
import java.time.Duration;

/**
 * Runs a workload on a contender and sees what it costs.
 *
 * <p>Threads: confined to one.
 */
final class Gauge implements AutoCloseable {
  private final Contender contender;
  private final ServerStatistics statistics;

  Gauge(Contender contender) throws SQLException {
    this.contender = contender;
    this.statistics = new ServerStatistics(contender);
  }

  Contender contender() {
    return contender;
  }

  Measurement measure(Workload workload, Duration length) throws SQLException {
    statistics.checkpoint();
    double cpu = ProcessCpu.seconds(contender.processes());
    double coordinatorCpu = ProcessCpu.seconds(contender.coordinators());
    long syncs = statistics.walSyncs();
    Workload.Work work = workload.run(contender, length);
    double units = Math.max(1, work.units());
    return new Measurement(
        work.perSecond(),
        (ProcessCpu.seconds(contender.processes()) - cpu) * 1e6 / units,
        (ProcessCpu.seconds(contender.coordinators()) - coordinatorCpu) * 1e6 / units,
        (statistics.walSyncs() - syncs) / units,
        contender.coordinators().stream().mapToLong(ProcessCpu::residentBytes).sum());
  }

  @Override
  public void close() throws SQLException {
    statistics.close();
  }
}
