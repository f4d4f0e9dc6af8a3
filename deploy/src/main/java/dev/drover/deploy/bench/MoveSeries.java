package dev.drover.deploy.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Figures of one sort, and how they are spread.
 *
 * <p>Threads: confined to one.
 */
final class MoveSeries {
  static final String HEAD = "%-46s %4s %9s %9s %9s".formatted("", "n", "p50", "p95", "max");

  private static final int PERCENT = 100;

  private final List<Double> values = new ArrayList<>();

  void add(double value) {
    values.add(value);
  }

  /** The smallest figure that so many of all do not exceed. */
  double percentile(int percent) {
    if (values.isEmpty()) {
      throw new BenchException("nothing was measured");
    }
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int rank = (int) Math.ceil(sorted.size() * percent / (double) PERCENT);
    return sorted.get(Math.max(rank, 1) - 1);
  }

  String line(String what) {
    return String.format(
        Locale.ROOT,
        "%-46s %4d %9.2f %9.2f %9.2f",
        what,
        values.size(),
        percentile(MoveGoals.MEDIAN),
        percentile(MoveGoals.HIGH),
        percentile(PERCENT));
  }
}
