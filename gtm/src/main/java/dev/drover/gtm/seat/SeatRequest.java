package dev.drover.gtm.seat;

/** What a GTM asks of a server. Any of it may be lost, and a lost answer leaves it in doubt. */
public sealed interface SeatRequest {
  record Look() implements SeatRequest {}

  /**
   * Let nobody with a lower ballot write any more.
   *
   * @param beat that was seen; the server refuses if it has accepted anything since
   */
  record Promise(Ballot ballot, long beat) implements SeatRequest {}

  /** Keep this state, and with it extend the holder's lease. */
  record Accept(Stored stored) implements SeatRequest {}

  /** The holder acts no more, so nobody need wait for the end of its lease. */
  record Leave(Ballot ballot) implements SeatRequest {}
}
