package dev.drover.deploy.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What was seen of one query.
 *
 * @param difference how Drover's answer differs, or why there is none; empty when it is equal
 * @param answerRows rows of the right answer
 */
record TpcRow(String name, String difference, int answerRows, List<Cost> plain, List<Cost> drover) {

  /** Of one execution, of all processes of a contender. */
  record Cost(double wallMillis, double cpuMillis) {}

  TpcRow {
    plain = List.copyOf(plain);
    drover = List.copyOf(drover);
  }

  boolean isEqual() {
    return difference.isEmpty();
  }

  boolean isMeasured() {
    return !plain.isEmpty() && !drover.isEmpty();
  }

  static double median(List<Cost> costs, ToDoubleFunction<Cost> figure) {
    double[] sorted = costs.stream().mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  double ratio(ToDoubleFunction<Cost> figure) {
    return median(drover, figure) / median(plain, figure);
  }
}
