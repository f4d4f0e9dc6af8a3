package dev.drover.gtm.seat;

import dev.drover.gtm.core.GtmRecord;
import java.util.Comparator;
import java.util.List;

/**
 * A GTM's whole durable state, as its holder of the seat has written it.
 *
 * @param ballot of the holder
 * @param version counts the states of this holder; each contains what the one before said
 * @param members the servers that make it durable
 */
public record Stored(Ballot ballot, long version, Members members, List<GtmRecord> records)
    implements Comparable<Stored> {
  static final Stored NOTHING = new Stored(Ballot.NONE, 0, Members.NONE, List.of());

  private static final Comparator<Stored> ORDER =
      Comparator.comparing(Stored::ballot).thenComparingLong(Stored::version);

  public Stored {
    records = List.copyOf(records);
  }

  @Override
  public int compareTo(Stored other) {
    return ORDER.compare(this, other);
  }
}
