package dev.drover.gtm.seat;

import java.util.Comparator;

/**
 * The number under which a GTM asks for the seat; the higher one wins.
 *
 * <p>Invariant: no two processes ever use the same, since each draws its candidate's number at its
 * start.
 */
public record Ballot(long term, long candidate) implements Comparable<Ballot> {
  /** Nobody has asked yet. */
  public static final Ballot NONE = new Ballot(0, 0);

  private static final Comparator<Ballot> ORDER =
      Comparator.comparingLong(Ballot::term).thenComparingLong(Ballot::candidate);

  @Override
  public int compareTo(Ballot other) {
    return ORDER.compare(this, other);
  }
}
