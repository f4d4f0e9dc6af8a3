package dev.drover.redistribute.rewrite;

import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.move.Link;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;

/**
 * A short transaction that locks a table: it waits for the lock, but not for long at a time,
 * because whoever comes later waits behind.
 *
 * <p>Threads: confined to one thread at a time; blocks.
 */
record Locking(Link link, JobControl control) {
  private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '200ms'";
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final int MAX_LOCKS = 100;
  private static final long PAUSE_NANOS = 100_000_000;

  void run(Link.Body body) throws SQLException {
    for (int i = 1; ; i++) {
      control.keep();
      try {
        link.transaction(
            () -> {
              link.run(LOCK_TIMEOUT);
              body.run();
            });
        return;
      } catch (SQLException e) {
        if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState()) || i == MAX_LOCKS) {
          throw e;
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
