package dev.drover.deploy.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The result of a benchmark, as a table for people and as JSON for programs.
 *
 * @param postgres version of the servers
 * @param consistent what the check of the tables' sums said; empty when it was not made
 */
@SuppressWarnings("InlineFormatString") // the layouts stand together
public record Report(
    String postgres, BenchOptions options, List<ReportRow> rows, String consistent) {

  public Report {
    rows = List.copyOf(rows);
  }

  /** The check of the tables' sums, when all is well. */
  static final String SUMS_AGREE = "the sums of pgbench's tables agree";

  public boolean hasFailures() {
    return rows.stream().anyMatch(ReportRow::hasFailed)
        || !(consistent.isEmpty() || consistent.equals(SUMS_AGREE));
  }

  /** Lines for a terminal. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "PostgreSQL %s, %d clients, scale %d, %d s a run, medians of %d; CPU in us per unit, all"
                .formatted(
                    postgres,
                    BenchOptions.CLIENTS,
                    options.scale(),
                    options.seconds(),
                    options.runs())
            + " processes of the cluster; WAL syncs per unit");
    lines.add("");
    lines.add(
        "%-16s %12s %12s %6s │ %9s %9s %6s %9s │ %6s %6s │ %8s"
            .formatted(
                "",
                "plain/s",
                "drover/s",
                "ratio",
                "plain CPU",
                "drover",
                "ratio",
                "of coord.",
                "syncs",
                "drover",
                "coord."));
    rows.forEach(row -> lines.add(line(row)));
    lines.addAll(missedGoals());
    if (!consistent.isEmpty()) {
      lines.add("");
      lines.add(consistent);
    }
    return lines;
  }

  /** For people to judge: on a busy machine speed says little, and no goal fails the report. */
  private List<String> missedGoals() {
    List<String> missed =
        new ArrayList<>(rows.stream().flatMap(row -> Goal.missedBy(row).stream()).toList());
    if (!missed.isEmpty()) {
      missed.addFirst("");
    }
    return missed;
  }

  public String json() {
    String body = rows.stream().map(Report::json).collect(Collectors.joining(",\n"));
    return """
    {
      "postgres": %s,
      "seconds": %d,
      "runs": %d,
      "scale": %d,
      "clients": %d,
      "consistency": %s,
      "rows": [
    %s
      ]
    }
    """
        .formatted(
            quoted(postgres),
            options.seconds(),
            options.runs(),
            options.scale(),
            BenchOptions.CLIENTS,
            quoted(consistent),
            body);
  }

  private static String line(ReportRow row) {
    if (row.hasFailed()) {
      return "%-16s failed: %s".formatted(row.name(), row.failure());
    }
    return String.format(
        Locale.ROOT,
        "%-16s %12s %12s %6.2f │ %9.1f %9.1f %6.2f %9.1f │ %6.2f %6.2f │ %5.0f MB",
        row.name(),
        rate(row.plain(Measurement::perSecond)),
        rate(row.drover(Measurement::perSecond)),
        row.ratio(Measurement::perSecond),
        row.plain(Measurement::cpuMicros),
        row.drover(Measurement::cpuMicros),
        row.ratio(Measurement::cpuMicros),
        row.drover(Measurement::coordinatorMicros),
        row.plain(Measurement::walSyncs),
        row.drover(Measurement::walSyncs),
        row.drover(Measurement::coordinatorBytes) / (1 << 20));
  }

  static String rate(double perSecond) {
    return String.format(Locale.ROOT, perSecond < 100 ? "%,.1f" : "%,.0f", perSecond);
  }

  private static String json(ReportRow row) {
    String head =
        "    {\"name\": %s, \"unit\": %s".formatted(quoted(row.name()), quoted(row.unit()));
    if (row.hasFailed()) {
      return head + ", \"failure\": %s}".formatted(quoted(row.failure()));
    }
    return head
        + String.format(
            Locale.ROOT,
            ", \"ratio\": %.3f, \"cpu_ratio\": %.3f,"
                + " \"plain\": {\"per_second\": %.1f, \"cpu_us\": %.2f, \"wal_syncs\": %.3f},"
                + " \"drover\": {\"per_second\": %.1f, \"cpu_us\": %.2f, \"wal_syncs\": %.3f,"
                + " \"coordinator_cpu_us\": %.2f, \"coordinator_rss_bytes\": %.0f}}",
            row.ratio(Measurement::perSecond),
            row.ratio(Measurement::cpuMicros),
            row.plain(Measurement::perSecond),
            row.plain(Measurement::cpuMicros),
            row.plain(Measurement::walSyncs),
            row.drover(Measurement::perSecond),
            row.drover(Measurement::cpuMicros),
            row.drover(Measurement::walSyncs),
            row.drover(Measurement::coordinatorMicros),
            row.drover(Measurement::coordinatorBytes));
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
