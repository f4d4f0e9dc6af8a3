package dev.drover.gtm.protocol;

/**
 * How long writers may be held up for a snapshot.
 *
 * @param drainMillis the longest wait for second phases to end
 * @param holdMillis the longest time in which no commit is sent
 * @param pace the gate stays open for so many times as long as it was closed
 */
public record GateLimits(long drainMillis, long holdMillis, int pace) {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long MAX_MILLIS = 1_000_000;
  private static final int MAX_PACE = 1000;
  private static final int MAX_DOUBLINGS = 4;

  public GateLimits {
    if (drainMillis < 1
        || drainMillis > MAX_MILLIS
        || holdMillis < 1
        || holdMillis > MAX_MILLIS
        || pace < 0
        || pace > MAX_PACE) {
      throw new IllegalArgumentException("a limit of the gate is out of bounds");
    }
  }

  /** What a machine needs that is too busy for these: they are doubled, up to 16-fold. */
  public GateLimits widened(int doublings) {
    int shift = Math.min(doublings, MAX_DOUBLINGS);
    return new GateLimits(
        Math.min(drainMillis << shift, MAX_MILLIS),
        Math.min(holdMillis << shift, MAX_MILLIS),
        pace);
  }

  public long drainNanos() {
    return drainMillis * NANOS_PER_MILLI;
  }

  public long holdNanos() {
    return holdMillis * NANOS_PER_MILLI;
  }

  /** How long a gate may be closed in all. */
  public long closedNanos() {
    return drainNanos() + holdNanos();
  }
}
