package dev.drover.redistribute.move;

import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobFailed;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Rows that are written on the source and looked for on the target: once one has arrived,
 * everything has that was committed before it.
 *
 * <p>Threads: confined to the move's thread.
 */
final class Markers {
  private static final Duration POLL = Duration.ofNanos(500_000);
  private static final Duration ROUND = Duration.ofSeconds(2);
  private static final Duration CUTOVER_PATIENCE = Duration.ofMillis(300);

  /** When others wait as well. */
  private static final Duration BOLD_PATIENCE = Duration.ofMillis(40);

  private static final int IN_A_ROW = 4;
  private static final long NANOS_PER_MICRO = 1000;
  private static final int MAX_ROUNDS = 1800;
  private static final int MAX_APPLY_ERRORS = 8;

  /** What counts as quick, after ever more markers that were not: in microseconds. */
  private static final long[] QUICK = {5_000, 5_000, 10_000, 20_000, 50_000, 100_000};

  private static final int MARKERS_PER_LIMIT = 40;

  private final SourceSide source;
  private final TargetSide target;
  private final LeafChanges changes;
  private long last;
  private long lastMicros;

  /** {@code changes} arrive with them. */
  Markers(SourceSide source, TargetSide target, LeafChanges changes) throws SQLException {
    this.source = source;
    this.target = target;
    this.changes = changes;
    this.last = target.marker();
  }

  /** How long the last one was on its way. */
  long lastMicros() {
    return lastMicros;
  }

  /**
   * Until several in a row have been quick: the target has nothing left to make up for.
   *
   * @param late asked whether it is of any use to go on, when one does not arrive
   */
  void untilQuick(JobControl control, Link.Body late) throws SQLException {
    int inARow = 0;
    int sent = 0;
    for (int rounds = 0; inARow < IN_A_ROW; sent++) {
      control.proceed();
      send();
      while (!(changes.arrive(ROUND) && arrives(ROUND))) {
        if (++rounds > MAX_ROUNDS) {
          throw new JobFailed("the target does not keep up with the changes of the source");
        }
        control.proceed();
        late.run();
        checkApplying();
      }
      int limit = Math.min(QUICK.length - 1, sent / MARKERS_PER_LIMIT);
      inARow = lastMicros < QUICK[limit] ? inARow + 1 : 0;
    }
  }

  private void checkApplying() throws SQLException {
    if (!source.slot().isWhole()) {
      throw new SlotCutover.Outdated();
    }
    changes.requireWhole();
    if (target.applyErrors() > MAX_APPLY_ERRORS) {
      throw new JobFailed("the target cannot apply the changes of the source; see its log");
    }
  }

  /** Within the cutover: true when all changes are there. */
  boolean arrivesInTime() throws SQLException {
    send();
    return changes.arriveAll(CUTOVER_PATIENCE) && arrives(CUTOVER_PATIENCE);
  }

  /** The same while all coordinators wait. */
  boolean arrivesSoon() throws SQLException {
    send();
    return changes.arriveAll(BOLD_PATIENCE) && arrives(BOLD_PATIENCE);
  }

  private void send() throws SQLException {
    last++;
    source.mark(last);
  }

  private boolean arrives(Duration limit) throws SQLException {
    long sent = System.nanoTime();
    while (target.marker() < last) {
      if (System.nanoTime() - sent > limit.toNanos()) {
        return false;
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
    lastMicros = (System.nanoTime() - sent) / NANOS_PER_MICRO;
    return true;
  }
}
