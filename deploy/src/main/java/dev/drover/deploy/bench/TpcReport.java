package dev.drover.deploy.bench;

import dev.drover.deploy.bench.TpcRow.Cost;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The result of a standard workload.
 *
 * @param goals what it should reach
 */
public record TpcReport(List<TpcRow> rows, Goals goals) {
  /**
   * What a workload should reach; where rows do not lie well, nothing is asked of its speed.
   *
   * @param equal at least so many queries answer as a plain server does
   * @param cpuRatio at most this processor time of all queries, plain being 1
   * @param queryRatio at most this time and processor time of each query, plain being 1
   */
  public record Goals(int equal, double cpuRatio, double queryRatio) {
    private static final double CPU_RATIO = 1.3;
    private static final double QUERY_RATIO = 3;

    public static Goals ofGoodLayout(int equal) {
      return new Goals(equal, CPU_RATIO, QUERY_RATIO);
    }

    public static Goals ofBadLayout(int equal) {
      return new Goals(equal, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
    }
  }

  public TpcReport {
    rows = List.copyOf(rows);
  }

  static String header() {
    return "%-6s %6s %6s │ %10s %10s %6s │ %10s %10s %6s"
        .formatted(
            "query",
            "rows",
            "equal",
            "plain ms",
            "drover ms",
            "ratio",
            "plain CPU",
            "drover",
            "ratio");
  }

  static String line(TpcRow row) {
    String line =
        "%-6s %6d %6s │ ".formatted(row.name(), row.answerRows(), row.isEqual() ? "yes" : "NO");
    if (!row.isEqual()) {
      return line + row.difference();
    }
    return row.isMeasured() ? line + figures(List.of(row)) : line;
  }

  /** Totals, and the goals that are missed. */
  public List<String> summary() {
    List<String> lines = new ArrayList<>();
    List<TpcRow> measured = measured();
    if (!measured.isEmpty()) {
      lines.add("%-20s │ %s".formatted("total", figures(measured)));
    }
    lines.add("");
    lines.add("%d of %d queries equal".formatted(equal(), rows.size()));
    lines.addAll(missedGoals());
    return lines;
  }

  /** One line each. */
  public List<String> missedGoals() {
    List<String> missed = new ArrayList<>();
    int equalNeeded = Math.min(goals.equal, rows.size());
    if (equal() < equalNeeded) {
      missed.add("goal missed: at least %d equal".formatted(equalNeeded));
    }
    if (measured().isEmpty()) {
      return missed;
    }
    double cpu = sum(measured(), true, Cost::cpuMillis) / sum(measured(), false, Cost::cpuMillis);
    if (cpu > goals.cpuRatio) {
      missed.add(missed("all", "CPU", cpu, goals.cpuRatio));
    }
    for (TpcRow row : measured()) {
      if (row.ratio(Cost::wallMillis) > goals.queryRatio) {
        missed.add(missed(row.name(), "time", row.ratio(Cost::wallMillis), goals.queryRatio));
      }
      if (row.ratio(Cost::cpuMillis) > goals.queryRatio) {
        missed.add(missed(row.name(), "CPU", row.ratio(Cost::cpuMillis), goals.queryRatio));
      }
    }
    return missed;
  }

  private static String missed(String query, String what, double ratio, double bound) {
    return String.format(
        Locale.ROOT, "goal missed: %s: %s ratio %.2f, at most %.2f", query, what, ratio, bound);
  }

  private long equal() {
    return rows.stream().filter(TpcRow::isEqual).count();
  }

  private List<TpcRow> measured() {
    return rows.stream().filter(TpcRow::isMeasured).toList();
  }

  private static String figures(List<TpcRow> rows) {
    return figures(rows, Cost::wallMillis) + " │ " + figures(rows, Cost::cpuMillis);
  }

  private static String figures(List<TpcRow> rows, ToDoubleFunction<Cost> figure) {
    double plain = sum(rows, false, figure);
    double drover = sum(rows, true, figure);
    return String.format(Locale.ROOT, "%10.1f %10.1f %6.2f", plain, drover, drover / plain);
  }

  private static double sum(List<TpcRow> rows, boolean ofDrover, ToDoubleFunction<Cost> figure) {
    return rows.stream()
        .mapToDouble(row -> TpcRow.median(ofDrover ? row.drover() : row.plain(), figure))
        .sum();
  }
}
