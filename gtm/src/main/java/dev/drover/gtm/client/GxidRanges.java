package dev.drover.gtm.client;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The GXIDs a coordinator has in hand: the range it draws from and one in reserve.
 *
 * <p>Invariant: a number is drawn at most once.
 *
 * <p>Threads: thread-safe without locks; one compare-and-set per change of range.
 */
public final class GxidRanges {
  /** There is no number in hand. */
  public static final long NONE = -1;

  /** A reserve is asked for when this part of the range is left. */
  private static final int REFILL_DIVISOR = 4;

  private static final Range EMPTY = new Range(0, 0);

  private final AtomicReference<Hand> hand = new AtomicReference<>(new Hand(EMPTY, EMPTY));

  /** The next number, or {@link #NONE}. */
  public long tryNext() {
    while (true) {
      Hand seen = hand.get();
      long number = seen.drawn.next.getAndIncrement();
      if (number < seen.drawn.end) {
        return number;
      }
      if (seen.reserve == EMPTY) {
        return NONE;
      }
      hand.compareAndSet(seen, new Hand(seen.reserve, EMPTY));
    }
  }

  /**
   * Takes a range into reserve. A thread may have asked for one while another was on its way: what
   * comes on top of a reserve stays unused.
   */
  public void add(long from, long toExclusive) {
    Range range = new Range(from, toExclusive);
    while (true) {
      Hand seen = hand.get();
      if (seen.reserve != EMPTY) {
        return;
      }
      if (hand.compareAndSet(seen, new Hand(seen.drawn, range))) {
        return;
      }
    }
  }

  /** Whether it is time to ask for a range. */
  public boolean needsRefill() {
    Hand seen = hand.get();
    return seen.reserve == EMPTY
        && seen.drawn.remaining() <= (seen.drawn.end - seen.drawn.from) / REFILL_DIVISOR;
  }

  private record Hand(Range drawn, Range reserve) {}

  private static final class Range {
    private final long from;
    private final long end;
    private final AtomicLong next;

    Range(long from, long end) {
      this.from = from;
      this.end = end;
      this.next = new AtomicLong(from);
    }

    long remaining() {
      return end - next.get();
    }
  }
}
