package dev.drover.deploy.bench;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * What one view of all nodes costs: writers and readers with it and without, in turns.
 *
 * <p>Threads: {@link #run} is called once; {@link #close} may come from another thread at any time.
 */
public final class SnapshotsRun implements AutoCloseable {
  private static final int[] READERS = {0, 1, 8};
  private static final String STRICT = "strict";
  private static final String OFF = "off";
  private static final int IDLE_READS = 500;
  private static final int MEDIAN = 50;
  private static final int HIGH = 99;

  private final String postgres;
  private final int seconds;
  private final int runs;
  private final Contenders contenders;
  private final Consumer<String> out;

  /** {@code out} takes the report, line by line as it is measured. */
  public SnapshotsRun(
      String postgres, int seconds, int runs, OltpRun.Place place, Consumer<String> out) {
    this.postgres = postgres;
    this.seconds = seconds;
    this.runs = runs;
    this.contenders = new Contenders(place);
    this.out = out;
  }

  /** Starts a cluster of three datanodes, measures, and reports. */
  public void run() {
    DroverCluster started = contenders.drover(postgres);
    try {
      SnapshotLoad.prepare(started);
      idle(started);
      out.accept(
          "%-7s %-10s %12s %12s %14s %14s"
              .formatted(
                  "readers", "snapshots", "one node/s", "two nodes/s", "read p50 us", "p99 us"));
      for (int readers : READERS) {
        compare(started, readers);
      }
    } catch (SQLException e) {
      throw new BenchException("the benchmark failed: " + e.getMessage(), e);
    }
  }

  /** One reader and nobody else. */
  private void idle(DroverCluster on) throws SQLException {
    long strict = 0;
    long off = 0;
    for (int turn = 0; turn < 2; turn++) {
      off = idleMicros(on, OFF);
      strict = idleMicros(on, STRICT);
    }
    out.accept(
        "idle cluster: a read of three nodes takes %d us with global snapshots, %d us without"
            .formatted(strict, off));
  }

  private static long idleMicros(DroverCluster on, String setting) throws SQLException {
    long[] micros = new long[IDLE_READS];
    try (Client client = Client.of(on)) {
      client.execute("SET drover.global_snapshot = " + setting);
      for (int i = 0; i < micros.length; i++) {
        long began = System.nanoTime();
        client.number("SELECT sum(v) FROM vault");
        micros[i] = (System.nanoTime() - began) / 1000;
      }
    }
    Arrays.sort(micros);
    return micros[micros.length / 2];
  }

  private void compare(DroverCluster on, int readers) throws SQLException {
    List<SnapshotLoad.Result> off = new ArrayList<>();
    List<SnapshotLoad.Result> strict = new ArrayList<>();
    new SnapshotLoad(on.port(), STRICT, readers, seconds).run();
    for (int i = 0; i < runs; i++) {
      contenders.checkOpen();
      off.add(new SnapshotLoad(on.port(), OFF, readers, seconds).run());
      strict.add(new SnapshotLoad(on.port(), STRICT, readers, seconds).run());
    }
    line(readers, OFF, off);
    line(readers, STRICT, strict);
    double single =
        median(strict, SnapshotLoad.Result::single) / median(off, SnapshotLoad.Result::single);
    double two =
        median(strict, SnapshotLoad.Result::twoPhase) / median(off, SnapshotLoad.Result::twoPhase);
    out.accept("        ratio      %12.2f %12.2f".formatted(single, two));
    if (readers > 0) {
      out.accept("        " + gate(on));
    }
  }

  private static String gate(DroverCluster on) throws SQLException {
    try (Client client = Client.of(on)) {
      return client.text("SHOW drover.gate");
    }
  }

  private void line(int readers, String setting, List<SnapshotLoad.Result> results) {
    out.accept(
        "%-7d %-10s %12.0f %12.0f %14.0f %14.0f"
            .formatted(
                readers,
                setting,
                median(results, SnapshotLoad.Result::single),
                median(results, SnapshotLoad.Result::twoPhase),
                median(results, r -> r.percentile(MEDIAN)),
                median(results, r -> r.percentile(HIGH))));
  }

  private static double median(
      List<SnapshotLoad.Result> results, ToDoubleFunction<SnapshotLoad.Result> figure) {
    double[] sorted = results.stream().mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  @Override
  public void close() {
    contenders.close();
  }
}
