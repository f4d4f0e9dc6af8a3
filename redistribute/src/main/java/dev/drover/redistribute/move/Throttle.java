package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Keeps a stream below a rate that may change at any time, also while the stream waits.
 *
 * <p>Threads: confined to the copying thread.
 */
public final class Throttle {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final long LONGEST_PAUSE_NANOS = 200_000_000;

  private final LongSupplier bytesPerSecond;
  private final Renewal renewal;
  private long paid = System.nanoTime();
  private double owed;

  /** Looks what is wanted now; throws if nothing more is. */
  public interface Renewal {
    void run() throws SQLException;
  }

  /** A rate of 0 is none. */
  public Throttle(LongSupplier bytesPerSecond, Renewal renewal) {
    this.bytesPerSecond = requireNonNull(bytesPerSecond);
    this.renewal = requireNonNull(renewal);
  }

  /** Called after so many bytes; returns when the next ones may follow. */
  public void passed(int byteCount) throws SQLException {
    owed += byteCount;
    long rate = bytesPerSecond.getAsLong();
    pay(rate);
    while (rate > 0 && owed > 0) {
      long pause = (long) (owed / rate * NANOS_PER_SECOND);
      LockSupport.parkNanos(Math.min(LONGEST_PAUSE_NANOS, pause));
      renewal.run();
      pay(rate);
      rate = bytesPerSecond.getAsLong();
    }
  }

  /** What was not used for long is lost. */
  private void pay(long rate) {
    long now = System.nanoTime();
    double most = LONGEST_PAUSE_NANOS / NANOS_PER_SECOND * rate;
    owed = rate <= 0 ? 0 : Math.max(-most, owed - (now - paid) / NANOS_PER_SECOND * rate);
    paid = now;
  }
}
