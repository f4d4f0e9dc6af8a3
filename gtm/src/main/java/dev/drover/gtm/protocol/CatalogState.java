package dev.drover.gtm.protocol;

/**
 * How far the catalog has got.
 *
 * <p>Each publish round has a number, which becomes the catalog's version if the round changed
 * anything; a number is never used twice.
 *
 * <p>Invariant: {@code current <= concluded}, and {@code open} is {@link #NONE} or greater than
 * {@code concluded}.
 *
 * @param current the version in force, or the last one before the open round
 * @param concluded the highest round that has ended
 * @param open the round that is under way, or {@link #NONE}
 */
public record CatalogState(long current, long concluded, long open) {
  /** No round is open. */
  public static final long NONE = 0;

  /** Before the first round. */
  public static final CatalogState INITIAL = new CatalogState(0, 0, NONE);

  public CatalogState {
    if (current > concluded || (open != NONE && open <= concluded)) {
      throw new IllegalArgumentException(
          "catalog state out of order: " + current + ", " + concluded + ", " + open);
    }
  }

  public boolean isOpen() {
    return open != NONE;
  }

  /** Whether this state came after the other; messages may overtake each other. */
  public boolean isLaterThan(CatalogState other) {
    return concluded > other.concluded || (concluded == other.concluded && open > other.open);
  }
}
