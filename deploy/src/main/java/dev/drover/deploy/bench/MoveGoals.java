package dev.drover.deploy.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What moves may cost on two cores that clients and servers share, and which of it was too much.
 *
 * <p>Threads: confined to one.
 */
final class MoveGoals {
  static final double IDLE_MEDIAN_MILLIS = 20;
  static final double MEDIAN_MILLIS = 50;
  static final double HIGH_MILLIS = 200;
  static final double STALL_MILLIS = 80;

  /** Of the rate of a bare pipe into a table that has its indexes. */
  static final double COPY_RATIO = 0.5;

  static final int MEDIAN = 50;
  static final int HIGH = 95;

  private final List<String> missed = new ArrayList<>();

  void idle(MoveSeries blocked) {
    atMost("idle: writers blocked p50, ms", blocked.percentile(MEDIAN), IDLE_MEDIAN_MILLIS);
  }

  void loaded(MoveSeries blocked, MoveSeries stalled) {
    atMost("loaded: writers blocked p50, ms", blocked.percentile(MEDIAN), MEDIAN_MILLIS);
    atMost("loaded: writers blocked p95, ms", blocked.percentile(HIGH), HIGH_MILLIS);
    atMost("loaded: longest statement elsewhere p95, ms", stalled.percentile(HIGH), STALL_MILLIS);
  }

  void copied(MoveSeries ratio) {
    double median = ratio.percentile(MEDIAN);
    if (median < COPY_RATIO) {
      missed.add(line("copy rate by a bare pipe's p50", median, "at least", COPY_RATIO));
    }
  }

  /** A node that has joined {@code others} takes as much as each of them keeps, and no more. */
  void grown(long movedBytes, long bytes, int others) {
    atMost("a new node takes", share(movedBytes, bytes), 1.0 / (others + 1));
  }

  static double share(long part, long whole) {
    return whole == 0 ? 0 : part / (double) whole;
  }

  /** One line for each goal that was missed. */
  List<String> missed() {
    return List.copyOf(missed);
  }

  private void atMost(String what, double value, double bound) {
    if (value > bound) {
      missed.add(line(what, value, "at most", bound));
    }
  }

  private static String line(String what, double value, String relation, double bound) {
    return String.format(
        Locale.ROOT, "goal missed: %s %.3f, %s %.3f", what, value, relation, bound);
  }
}
