package dev.drover.gtm.seat;

import java.util.Optional;

/**
 * What a GTM knows of the seat on one server.
 *
 * <p>Threads: confined to the owning {@link SeatCore}.
 */
final class ServerView {
  private static final long NO_BEAT = -1;
  private static final long LOOKS_THAT_COUNT = 3;

  private Optional<Seat> seen = Optional.empty();
  private Optional<Question> open = Optional.empty();
  private Optional<Written> written = Optional.empty();
  private long beatSince;
  private long seenAt;
  private long ownBeat = NO_BEAT;
  private long askAt;
  private long retryAt;

  /** What was asked, and when. */
  record Question(long number, SeatRequest request, long sentAt) {}

  /** The last write of this GTM that the server has confirmed. */
  record Written(Ballot ballot, long version, long sentAt) {}

  ServerView(long now) {
    this.askAt = now;
    this.retryAt = now;
  }

  Optional<Seat> seen() {
    return seen;
  }

  /** What the server called itself when it was last heard of. */
  Optional<Long> incarnation() {
    return seen.map(Seat::incarnation);
  }

  boolean isOf(long incarnation) {
    return seen.filter(seat -> seat.incarnation() == incarnation).isPresent();
  }

  boolean isHeardOf(long within, long now) {
    return seen.isPresent() && now - seenAt < within;
  }

  /** Whether it may be asked something now. */
  boolean isIdle(long now) {
    return open.isEmpty() && now - retryAt >= 0;
  }

  boolean isDue(long now) {
    return now - askAt >= 0;
  }

  void makeDue(long now) {
    askAt = now;
  }

  void asked(Question question, long askAgainAt) {
    open = Optional.of(question);
    askAt = askAgainAt;
  }

  /** Takes out the question that this answers, if it is still open. */
  Optional<Question> take(long number) {
    Optional<Question> asked = open.filter(question -> question.number() == number);
    asked.ifPresent(_ -> open = Optional.empty());
    return asked;
  }

  void failed(long now, long retryAgainAt) {
    askAt = now;
    retryAt = retryAgainAt;
  }

  void saw(Seat seat, long now) {
    if (!isOf(seat.incarnation())) {
      // It has lost what it knew, and with it what this GTM has written there.
      written = Optional.empty();
      ownBeat = NO_BEAT;
      beatSince = now;
    } else if (seen.orElseThrow().beat() != seat.beat()) {
      beatSince = now;
    }
    seen = Optional.of(seat);
    seenAt = now;
  }

  /** The server has accepted what this GTM wrote. */
  void wrote(Stored stored, Question question, Seat after) {
    ownBeat = after.beat();
    written = Optional.of(new Written(stored.ballot(), stored.version(), question.sentAt()));
  }

  Optional<Written> written(Ballot ballot) {
    return written.filter(write -> write.ballot().equals(ballot));
  }

  /** Whether this holder has written here, at this moment or later. */
  boolean hasWritten(Ballot ballot, long since) {
    return written(ballot).filter(write -> write.sentAt() - since >= 0).isPresent();
  }

  /**
   * Whether no other holder's lease can rest on what this server has accepted: nobody holds the
   * seat, or this GTM wrote last and has given its lease up, or nothing was accepted since a lease
   * ago. A write that comes while the promise is on its way changes the beat, and so the server
   * refuses. Who has not looked for a while, because it slept, looks again before it disturbs.
   */
  boolean isFree(SeatTimes times, long now) {
    return now - seenAt < LOOKS_THAT_COUNT * times.lookNanos()
        && seen.filter(
                seat ->
                    seat.vacant()
                        || seat.beat() == ownBeat
                        || now - beatSince >= times.leaseNanos())
            .isPresent();
  }
}
