package dev.drover.deploy.nodes;

import dev.drover.deploy.cluster.ClusterDirectory;
import java.util.List;
import java.util.Optional;

/**
 * The latest jobs of a cluster, as a table on the terminal.
 *
 * <p>Threads: confined to one; blocks.
 */
public final class JobsTable implements AutoCloseable {
  private static final String ROW = "%5s  %-12s %-10s %-10s %6s  %-11s %-21s %-9s %s";
  private static final long PAUSE_MILLIS = 1000;

  private static final String JOBS =
      """
      SELECT * FROM (
        SELECT job, kind, state, coalesce(phase, ''), percent || '%',
          moves_done || '/' || moves_total,
          pg_size_pretty(bytes_done) || ' / ' || pg_size_pretty(bytes_total),
          coalesce(date_trunc('second', time_left)::text, ''), coalesce(message, '')
        FROM drover.jobs ORDER BY finished IS NULL DESC, job DESC LIMIT 20) j
      ORDER BY 1\
      """;

  private final ClusterClient client;

  private JobsTable(ClusterClient client) {
    this.client = client;
  }

  public static JobsTable of(ClusterDirectory directory) {
    return new JobsTable(ClusterClient.connect(directory));
  }

  public void print() {
    IO.println(
        ROW.formatted(
            "JOB", "KIND", "STATE", "PHASE", "DONE", "SLOTS", "BYTES", "TIME LEFT", "MESSAGE"));
    for (List<Optional<String>> row : client.rows(JOBS)) {
      Object[] cells = row.stream().map(cell -> cell.orElse("")).toArray();
      IO.println(ROW.formatted(cells).stripTrailing());
    }
  }

  public boolean areUnderWay() {
    return !client.rows("SELECT FROM drover.jobs WHERE finished IS NULL LIMIT 1").isEmpty();
  }

  /** Until somebody wants to look again. */
  public void pause() {
    JobProgress.pause(PAUSE_MILLIS);
  }

  @Override
  public void close() {
    client.close();
  }
}
