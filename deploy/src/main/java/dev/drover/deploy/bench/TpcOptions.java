package dev.drover.deploy.bench;

import dev.drover.deploy.tpc.Layout;
import java.util.List;

/**
 * How a standard workload is run.
 *
 * @param layout of Drover's tables
 * @param only numbers of the queries to run; all when empty
 * @param runs how often the two systems take turns on a query after it was compared; 0 compares
 *     only
 * @param limitSeconds a query that takes longer is cancelled
 */
public record TpcOptions(
    String postgres, Layout layout, List<Integer> only, int runs, int limitSeconds) {
  public TpcOptions {
    only = List.copyOf(only);
    if (runs < 0 || limitSeconds < 1) {
      throw new IllegalArgumentException("neither runs nor seconds are negative");
    }
  }
}
