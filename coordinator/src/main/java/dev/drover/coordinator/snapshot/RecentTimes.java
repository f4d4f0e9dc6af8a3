package dev.drover.coordinator.snapshot;

import java.util.Arrays;

/**
 * The latest durations of something, for percentiles.
 *
 * <p>Threads: thread-safe.
 */
final class RecentTimes {
  private static final int KEPT = 4096;
  private static final int PERCENT = 100;
  private static final long NANOS_PER_MICRO = 1000;

  private final long[] nanos = new long[KEPT];
  private long count;

  synchronized void add(long duration) {
    nanos[(int) (count % KEPT)] = duration;
    count++;
  }

  /** Units: microseconds; 0 when there are none. */
  synchronized long percentileMicros(int percent) {
    int size = (int) Math.min(count, KEPT);
    if (size == 0) {
      return 0;
    }
    long[] sorted = Arrays.copyOf(nanos, size);
    Arrays.sort(sorted);
    return sorted[(size - 1) * percent / PERCENT] / NANOS_PER_MICRO;
  }
}
