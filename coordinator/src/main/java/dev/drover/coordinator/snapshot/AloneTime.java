package dev.drover.coordinator.snapshot;

/**
 * For how long no other coordinator can commit, as the GTM has promised.
 *
 * <p>Threads: thread-safe; the GTM client's thread sets it.
 */
public final class AloneTime {
  private static final long RENEWAL_NANOS = 100_000_000;

  /** Readings of the clock; before {@code until} others cannot commit. */
  private record Promise(long until) {}

  private final Runnable renew;
  private volatile Promise promise = new Promise(System.nanoTime());

  /** {@code renew} asks for more of it. */
  public AloneTime(Runnable renew) {
    this.renew = renew;
  }

  public void until(long nanos) {
    promise = new Promise(nanos);
  }

  /**
   * The end of the promise, which is over already when it does not hold; renewed before its end.
   */
  long end(long now) {
    long until = promise.until();
    long left = until - now;
    if (left > 0 && left < RENEWAL_NANOS) {
      renew.run();
    }
    return until;
  }
}
