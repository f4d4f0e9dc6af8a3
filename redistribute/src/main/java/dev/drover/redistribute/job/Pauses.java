package dev.drover.redistribute.job;

import static java.util.Objects.requireNonNull;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits between attempts at one thing, each twice as long as the last one; the job says what it
 * waits for.
 *
 * <p>Threads: confined to one at a time; blocks.
 */
public final class Pauses {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final JobControl control;
  private Duration next = FIRST;
  private boolean hasSaid;

  public Pauses(JobControl control) {
    this.control = requireNonNull(control);
  }

  /** Before another attempt; a pause or a cancel ends the wait, unless something is undone. */
  public void again(String reason, boolean undoes) throws SQLException {
    Duration pause = next();
    control.say("%s; tried again in %d s".formatted(reason, pause.toSeconds()));
    hasSaid = true;
    for (long seconds = 0; seconds < pause.toSeconds(); seconds++) {
      LockSupport.parkNanos(FIRST.toNanos());
      if (undoes) {
        control.keep();
      } else if (!control.isWanted()) {
        return;
      }
    }
  }

  Duration next() {
    Duration pause = next;
    Duration doubled = pause.multipliedBy(2);
    next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    return pause;
  }

  /** The attempt has come to something. */
  public void over() throws SQLException {
    next = FIRST;
    if (hasSaid) {
      control.say("");
      hasSaid = false;
    }
  }
}
