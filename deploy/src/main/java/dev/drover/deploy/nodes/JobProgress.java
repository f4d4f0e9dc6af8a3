package dev.drover.deploy.nodes;

import dev.drover.deploy.cluster.ClusterException;
import dev.drover.deploy.cluster.Pause;
import java.io.Console;
import java.util.List;
import java.util.Optional;

/**
 * A line that shows how far a job is: rewritten where a person looks, else one line for every tenth
 * of the work.
 *
 * <p>Threads: confined to one; blocks.
 */
final class JobProgress {
  private static final long LOOK_MILLIS = 300;
  private static final int BAR_WIDTH = 30;
  private static final int PERCENT = 100;
  private static final int STEP = 10;

  private static final String LOOK =
      """
      SELECT state, percent, moves_done || ' of ' || moves_total || ' slots, '
        || pg_size_pretty(bytes_done) || ' of ' || pg_size_pretty(bytes_total)
        || coalesce(', ' || pg_size_pretty(bytes_per_second::bigint) || '/s', '')
        || coalesce(', ' || date_trunc('second', time_left)::text || ' left', ''),
        message, finished IS NOT NULL,
        format('%s slots, %s, %s rows, in %s; writers of a slot waited for %s ms at most', moves_done,
          pg_size_pretty(bytes_done), rows_done,
          date_trunc('milliseconds', finished - created), write_blocked_ms)
      FROM drover.jobs WHERE job = \
      """;

  private final ClusterClient client;
  private final int job;
  private final boolean isTerminal =
      Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  private int shown = -1;

  JobProgress(ClusterClient client, int job) {
    this.client = client;
    this.job = job;
  }

  /** Until the job is over; returns a summary. */
  Optional<String> await() {
    while (true) {
      List<Optional<String>> row = client.rows(LOOK + job).getFirst();
      show(Double.parseDouble(row.get(1).orElse("0")), row.get(2).orElse(""));
      if (row.get(4).orElse("f").equals("t")) {
        return ended(row);
      }
      pause(LOOK_MILLIS);
    }
  }

  private Optional<String> ended(List<Optional<String>> row) {
    if (isTerminal) {
      IO.println("");
    }
    String state = row.getFirst().orElse("");
    if (!state.equals("done")) {
      throw new ClusterException("job %d is %s: %s".formatted(job, state, row.get(3).orElse("")));
    }
    return row.get(5);
  }

  private void show(double percent, String detail) {
    int filled = (int) (percent * BAR_WIDTH / PERCENT);
    String bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
    String line = "%s %3.0f %%  %s".formatted(bar, percent, detail);
    if (isTerminal) {
      IO.print("\r\u001b[K" + line);
    } else if ((int) percent / STEP != shown) {
      shown = (int) percent / STEP;
      IO.println(line);
    }
  }

  /** Until it is worth to look again. */
  static void pause(long millis) {
    Pause.of(millis, "interrupted; the job goes on, see 'drover jobs'");
  }
}
