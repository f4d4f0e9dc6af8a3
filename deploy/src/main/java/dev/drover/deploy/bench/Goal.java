package dev.drover.deploy.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a row of the report should reach on two cores that clients and servers share.
 *
 * <p>The bound on processor time is 0.6 of what Citus 13.2 takes, with one coordinator and two
 * workers on quiet cores, as a multiple of a plain server's.
 *
 * @param ratio at least this speed, plain being 1
 * @param cpuRatio at most this processor time of all processes, plain being 1
 * @param coordinatorMicros at most this much of it for the coordinator, per unit
 */
record Goal(double ratio, double cpuRatio, double coordinatorMicros) {
  private static final double PART_OF_CITUS = 0.6;
  private static final double NO_BOUND = Double.POSITIVE_INFINITY;
  private static final double POINT_SELECT_MICROS = 30;

  private static final Map<String, Goal> GOALS =
      Map.ofEntries(
          Map.entry("select-simple", ofSelect(0.48, 5.4)),
          Map.entry("select-prepared", ofSelect(0.43, 8.2)),
          Map.entry("update-simple", of(0.55, 3.7)),
          Map.entry("update-prepared", of(0.55, 4.8)),
          Map.entry("tpcb-simple", of(0.30, 5.1)),
          Map.entry("tpcb-prepared", of(0.30, 7.8)),
          Map.entry("insert-simple", new Goal(0.45, NO_BOUND, NO_BOUND)),
          Map.entry("insert-prepared", of(0.45, 3.9)),
          Map.entry("copy", of(0.95, 2.6)),
          Map.entry("scan-sum", of(0.85, 2.4)),
          Map.entry("scan-group", of(0.85, 1.8)),
          Map.entry("connect", of(1.2, 2.7)));

  private static Goal of(double ratio, double citusCpuRatio) {
    return new Goal(ratio, PART_OF_CITUS * citusCpuRatio, NO_BOUND);
  }

  private static Goal ofSelect(double ratio, double citusCpuRatio) {
    return new Goal(ratio, PART_OF_CITUS * citusCpuRatio, POINT_SELECT_MICROS);
  }

  /** One line for each goal that the row misses; none for a row that has failed. */
  static List<String> missedBy(ReportRow row) {
    Goal goal = GOALS.get(row.name());
    if (goal == null || row.hasFailed()) {
      return List.of();
    }
    List<String> missed = new ArrayList<>();
    double ratio = row.ratio(Measurement::perSecond);
    if (ratio < goal.ratio) {
      missed.add(line(row, "speed ratio", ratio, "at least", goal.ratio));
    }
    double cpuRatio = row.ratio(Measurement::cpuMicros);
    if (cpuRatio > goal.cpuRatio) {
      missed.add(line(row, "CPU ratio", cpuRatio, "at most", goal.cpuRatio));
    }
    double coordinator = row.drover(Measurement::coordinatorMicros);
    if (coordinator > goal.coordinatorMicros) {
      missed.add(
          line(row, "coordinator's CPU in us", coordinator, "at most", goal.coordinatorMicros));
    }
    return missed;
  }

  private static String line(
      ReportRow row, String what, double value, String relation, double bound) {
    return String.format(
        Locale.ROOT, "goal missed: %s: %s %.2f, %s %.2f", row.name(), what, value, relation, bound);
  }
}
