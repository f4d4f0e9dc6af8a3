package dev.drover.deploy.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What was measured of one workload; runs of both contenders at the same place followed each other.
 *
 * @param failure empty unless the workload failed
 */
record ReportRow(
    String name, String unit, List<Measurement> plain, List<Measurement> drover, String failure) {
  ReportRow {
    plain = List.copyOf(plain);
    drover = List.copyOf(drover);
    if (plain.size() != drover.size()) {
      throw new IllegalArgumentException("runs without a counterpart");
    }
  }

  static ReportRow failed(Workload workload, String failure) {
    return new ReportRow(workload.name(), workload.unit(), List.of(), List.of(), failure);
  }

  boolean hasFailed() {
    return !failure.isEmpty();
  }

  double plain(ToDoubleFunction<Measurement> value) {
    return median(plain.stream().mapToDouble(value).toArray());
  }

  double drover(ToDoubleFunction<Measurement> value) {
    return median(drover.stream().mapToDouble(value).toArray());
  }

  /** The median of the ratios Drover to plain, each of two runs that followed each other. */
  double ratio(ToDoubleFunction<Measurement> value) {
    double[] ratios = new double[plain.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = value.applyAsDouble(drover.get(i)) / value.applyAsDouble(plain.get(i));
    }
    return median(ratios);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
