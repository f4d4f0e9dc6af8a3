package dev.drover.deploy.bench;

import dev.drover.agent.postgres.PostgresBinaries;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * One benchmark from the start of both contenders to their end.
 *
 * <p>Threads: {@link #run} is called once; {@link #close} may come from another thread at any time.
 */
public final class OltpRun implements AutoCloseable {
  private final BenchOptions options;
  private final String postgres;
  private final Pgbench pgbench;
  private final Place place;
  private final Consumer<String> progress;
  private final Contenders contenders;

  /**
   * Where everything is kept, and where servers may listen.
   *
   * @param directory does not exist yet; deleted in the end
   */
  public record Place(Path directory, IntSupplier freePort) {}

  private OltpRun(
      BenchOptions options, String postgres, Pgbench pgbench, Place place, Consumer<String> log) {
    this.options = options;
    this.postgres = postgres;
    this.pgbench = pgbench;
    this.place = place;
    this.progress = log;
    this.contenders = new Contenders(place);
  }

  /**
   * Nothing runs before {@link #run}.
   *
   * @param postgres {@code bundled}, a directory, or nothing for the installation of pgbench
   */
  public static OltpRun of(
      BenchOptions options, Optional<String> postgres, Place place, Consumer<String> progress) {
    Optional<Path> installation =
        postgres.filter(name -> !name.equals(PostgresBinaries.BUNDLED)).map(Path::of);
    Pgbench pgbench = Pgbench.find(installation);
    String servers = postgres.or(pgbench::installation).orElse(PostgresBinaries.BUNDLED);
    return new OltpRun(options, servers, pgbench, place, progress);
  }

  /** Starts the two, measures, and reports. */
  public Report run() {
    PostgresBinaries binaries = PostgresBinaries.of(postgres);
    progress.accept(
        "PostgreSQL %s (%s), %s"
            .formatted(binaries.version().text(), binaries.binDirectory(), pgbench.program()));
    Contender drover = contenders.drover(postgres);
    Contender plain = contenders.plain(binaries);
    Workloads workloads = new Workloads(pgbench, options, place.directory());
    try (Gauge plainGauge = new Gauge(plain);
        Gauge droverGauge = new Gauge(drover)) {
      OltpBench bench = new OltpBench(plainGauge, droverGauge, options, this::progress);
      List<ReportRow> rows = bench.measure(workloads.selected());
      return new Report(
          binaries.version().text(), options, rows, bench.consistency(workloads.pgbenchTables()));
    } catch (SQLException e) {
      throw new BenchException("the benchmark failed: " + e.getMessage(), e);
    }
  }

  /** Once it was closed, by Ctrl-C, there is nothing more to say or to do. */
  private void progress(String line) {
    contenders.checkOpen();
    progress.accept(line);
  }

  @Override
  public void close() {
    contenders.close();
  }
}
