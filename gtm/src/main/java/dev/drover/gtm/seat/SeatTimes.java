package dev.drover.gtm.seat;

/**
 * How long a seat is held and how often servers are asked, in nanoseconds.
 *
 * @param leaseNanos a holder that wrote nothing for so long may be followed by another
 * @param beatNanos between two writes of a holder that has nothing new to say
 * @param lookNanos between two looks of a standby at the same server
 * @param retryNanos before a server that did not answer is asked again
 */
public record SeatTimes(long leaseNanos, long beatNanos, long lookNanos, long retryNanos) {
  public static final SeatTimes DEFAULT =
      new SeatTimes(2_000_000_000L, 400_000_000L, 200_000_000L, 100_000_000L);

  /** This part of a lease is given up for drift between the clocks of holder and standby. */
  private static final int DRIFT_MARGIN_DIVISOR = 8;

  public SeatTimes {
    if (beatNanos < 1 || lookNanos < 1 || retryNanos < 1 || leaseNanos < 2 * beatNanos) {
      throw new IllegalArgumentException("a lease is longer than two beats");
    }
  }

  /** What the holder itself may count on from when it sent its write. */
  long usableNanos() {
    return leaseNanos - leaseNanos / DRIFT_MARGIN_DIVISOR;
  }
}
