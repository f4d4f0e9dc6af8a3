package dev.drover.redistribute.move;

import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobLost;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * What moves of one job that are under way at the same time have to leave to each other.
 *
 * <p>Building a leaf takes long and may lock tables that foreign keys refer to, which a cutover
 * cannot wait for: any number build at a time, or one is cut over. What the job may copy is shared
 * among those that copy.
 *
 * <p>Threads: thread-safe.
 */
final class MoveTurns {
  private static final long LOOK_MILLIS = 500;

  private final JobControl control;
  private final ReadWriteLock turns = new ReentrantReadWriteLock(true);
  private final AtomicInteger copying = new AtomicInteger();

  MoveTurns(JobControl control) {
    this.control = control;
  }

  /** Some work with an answer. */
  interface Work<T> {
    T run() throws SQLException;
  }

  void build(Link.Body work) throws SQLException {
    take(turns.readLock());
    try {
      work.run();
    } finally {
      turns.readLock().unlock();
    }
  }

  <T> T cut(Work<T> work) throws SQLException {
    take(turns.writeLock());
    try {
      return work.run();
    } finally {
      turns.writeLock().unlock();
    }
  }

  /** The job may be paused or cancelled meanwhile. */
  private void take(Lock lock) throws SQLException {
    try {
      while (!lock.tryLock(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        control.proceed();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JobLost("the coordinator stops");
    }
  }

  void copy(Link.Body work) throws SQLException {
    copying.incrementAndGet();
    try {
      work.run();
    } finally {
      copying.decrementAndGet();
    }
  }

  /** For each of those that copy now; 0 for no limit. */
  long bytesPerSecond() {
    long rate = control.bytesPerSecond();
    return rate == 0 ? 0 : Math.max(1, rate / Math.max(1, copying.get()));
  }
}
