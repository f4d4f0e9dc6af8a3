package dev.drover.gtm.seat;

/**
 * What one server keeps of the seat, and how it answers; {@code drover.gtm_seat} has the same in
 * SQL.
 *
 * @param incarnation drawn when the server got its row, so that one that has lost it is another
 * @param promised the highest ballot it has agreed to; lower ones are refused
 * @param beat counts what it has accepted
 * @param vacant whether nobody has sat down since the last holder left in good order
 */
public record Seat(long incarnation, Ballot promised, long beat, boolean vacant, Stored stored) {

  /** Of a server that has never been asked. */
  public static Seat fresh(long incarnation) {
    return new Seat(incarnation, Ballot.NONE, 0, true, Stored.NOTHING);
  }

  /** The answer has the seat as it is afterwards. */
  public SeatAnswer answer(SeatRequest request) {
    return switch (request) {
      case SeatRequest.Look() -> new SeatAnswer(true, this);
      case SeatRequest.Promise(Ballot ballot, long seen) ->
          promised.compareTo(ballot) < 0 && beat == seen
              ? done(new Seat(incarnation, ballot, beat, vacant, stored))
              : refused();
      case SeatRequest.Accept(Stored fresh) ->
          promised.compareTo(fresh.ballot()) <= 0 && stored.compareTo(fresh) <= 0
              ? done(new Seat(incarnation, fresh.ballot(), beat + 1, false, fresh))
              : refused();
      case SeatRequest.Leave(Ballot ballot) ->
          promised.equals(ballot) && stored.ballot().equals(ballot)
              ? done(new Seat(incarnation, promised, beat, true, stored))
              : refused();
    };
  }

  private static SeatAnswer done(Seat seat) {
    return new SeatAnswer(true, seat);
  }

  private SeatAnswer refused() {
    return new SeatAnswer(false, this);
  }
}
