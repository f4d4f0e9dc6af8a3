package dev.drover.gtm.seat;

import dev.drover.gtm.core.GtmRecord;
import java.util.List;

/** What a {@link SeatCore} wants done. */
public sealed interface SeatEffect {
  /** One of the servers; each request is answered or failed, and until then it gets no other. */
  record Ask(int server, long number, SeatRequest request) implements SeatEffect {}

  /** The seat is won; these are the records of the last state that was durable, or a later one. */
  record Won(Ballot ballot, List<GtmRecord> records) implements SeatEffect {
    public Won {
      records = List.copyOf(records);
    }
  }

  /** The seat is lost; nothing may be said any more. */
  record Lost(Ballot ballot) implements SeatEffect {}

  /** The seat was left in good order. */
  record Left() implements SeatEffect {}
}
