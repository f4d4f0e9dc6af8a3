package dev.drover.redistribute.move;

import java.util.concurrent.locks.LockSupport;

/**
 * Keeps a stream below a rate that may change on the way.
 *
 * <p>Threads: confined to the copying thread.
 */
final class Throttle {
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long LONGEST_PAUSE_NANOS = NANOS_PER_SECOND / 2;

  private long ready = System.nanoTime();

  /** Called after so many bytes; a rate of 0 is none. */
  void passed(int byteCount, long bytesPerSecond) {
    long now = System.nanoTime();
    if (bytesPerSecond <= 0) {
      ready = now;
      return;
    }
    long cost = (long) ((double) byteCount / bytesPerSecond * NANOS_PER_SECOND);
    ready = Math.max(ready, now - LONGEST_PAUSE_NANOS) + cost;
    while (ready - System.nanoTime() > 0) {
      LockSupport.parkNanos(Math.min(LONGEST_PAUSE_NANOS, ready - System.nanoTime()));
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
    }
  }
}
