package dev.drover.redistribute.decode;

import java.util.Comparator;

/**
 * A change in the order of one server's commits.
 *
 * @param commitLsn where the commit of its transaction stands in the log
 * @param change its number within the transaction, from 1
 */
public record Position(long commitLsn, long change) implements Comparable<Position> {
  /** Before every change. */
  public static final Position START = new Position(0, 0);

  private static final Comparator<Position> ORDER =
      ((Comparator<Position>) (a, b) -> Long.compareUnsigned(a.commitLsn, b.commitLsn))
          .thenComparingLong(Position::change);

  @Override
  public int compareTo(Position other) {
    return ORDER.compare(this, other);
  }
}
