package dev.drover.coordinator.snapshot;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a coordinator's snapshots have cost since it started.
 *
 * <p>Threads: thread-safe.
 */
public final class GateStatistics {
  private static final int MEDIAN = 50;
  private static final int HIGH = 99;

  private final AtomicLong windows = new AtomicLong();
  private final AtomicLong validWindows = new AtomicLong();
  private final AtomicLong readers = new AtomicLong();
  private final AtomicLong withoutWindow = new AtomicLong();
  private final AtomicLong closedNanos = new AtomicLong();
  private final AtomicLong heldNanos = new AtomicLong();
  private final RecentTimes closed = new RecentTimes();
  private final RecentTimes held = new RecentTimes();

  /** All since the start. Units: nanoseconds. */
  public record Reading(
      long windows,
      long validWindows,
      long readersInWindows,
      long readersWithout,
      long closedNanos,
      long heldNanos) {}

  public Reading read() {
    return new Reading(
        windows.get(),
        validWindows.get(),
        readers.get(),
        withoutWindow.get(),
        closedNanos.get(),
        heldNanos.get());
  }

  /** A closing of the gate is over. Units: nanoseconds; {@code wasHeld} 0 if it was never held. */
  void opened(boolean valid, long wasClosed, long wasHeld) {
    windows.incrementAndGet();
    closedNanos.addAndGet(wasClosed);
    heldNanos.addAndGet(wasHeld);
    closed.add(wasClosed);
    held.add(wasHeld);
    if (valid) {
      validWindows.incrementAndGet();
    }
  }

  /** So many readers were served by one window. */
  void served(int number) {
    readers.addAndGet(number);
  }

  /** A reader found that nothing was committed while it looked. */
  void found() {
    withoutWindow.incrementAndGet();
  }

  /** One line of names and numbers; times are of the latest windows, in microseconds. */
  public String text() {
    return "readers_without_window=%d readers_in_windows=%d windows=%d valid_windows=%d"
            .formatted(withoutWindow.get(), readers.get(), windows.get(), validWindows.get())
        + " closed_p50_us=%d closed_p99_us=%d held_p50_us=%d held_p99_us=%d"
            .formatted(
                closed.percentileMicros(MEDIAN),
                closed.percentileMicros(HIGH),
                held.percentileMicros(MEDIAN),
                held.percentileMicros(HIGH));
  }
}
