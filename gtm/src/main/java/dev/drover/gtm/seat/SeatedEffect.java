package dev.drover.gtm.seat;

import dev.drover.gtm.core.GtmEffects;
import dev.drover.gtm.core.GtmRecord;
import java.util.List;

/** What a {@link SeatedGtm} wants done. */
public sealed interface SeatedEffect {
  record Ask(int server, long number, SeatRequest request) implements SeatedEffect {}

  /** This GTM is the active one: let clients in. */
  record Opened(Ballot ballot, List<GtmRecord> recovered) implements SeatedEffect {
    public Opened {
      recovered = List.copyOf(recovered);
    }
  }

  /**
   * What the active one does, if it is not yet that late by its own clock. The records of these
   * outcomes are durable.
   */
  record Act(long until, List<GtmEffects> outcomes) implements SeatedEffect {
    public Act {
      outcomes = List.copyOf(outcomes);
    }
  }

  /** It is not any more: end all connections and let nobody in. */
  record Closed(Ballot ballot) implements SeatedEffect {}

  /** The seat is left; the process may end. */
  record Left() implements SeatedEffect {}
}
