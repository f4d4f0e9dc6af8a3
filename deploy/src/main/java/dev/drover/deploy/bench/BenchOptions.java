package dev.drover.deploy.bench;

import java.util.List;

/**
 * How much is measured.
 *
 * @param seconds length of one pgbench run
 * @param runs how often the two systems take turns on a row
 * @param scale pgbench's scale factor
 * @param copyRows rows of one COPY
 * @param scanRows rows of the table that is scanned
 * @param only rows of the report to measure; all when empty
 */
public record BenchOptions(
    int seconds, int runs, int scale, int copyRows, int scanRows, List<String> only) {
  static final int CLIENTS = 8;

  public BenchOptions {
    only = List.copyOf(only);
    if (seconds < 1 || runs < 1 || scale < 1 || copyRows < 1 || scanRows < 1) {
      throw new IllegalArgumentException("a benchmark measures something");
    }
  }

  /**
   * Before a row is measured, each system runs it for so long: the coordinator's code is compiled
   * while it is used, which takes one to two seconds of processor time for a new kind of statement.
   */
  int warmUpSeconds() {
    return seconds;
  }
}
