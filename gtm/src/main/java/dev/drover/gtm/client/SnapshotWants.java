package dev.drover.gtm.client;

import dev.drover.gtm.protocol.GtmMessage.GateAlone;
import dev.drover.gtm.protocol.GtmMessage.GateHeld;
import dev.drover.gtm.protocol.GtmMessage.SnapshotWanted;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The readers that wait for a snapshot, by their numbers, and whether windows need the GTM.
 *
 * <p>At most one want is outstanding; it is repeated until it is answered. A coordinator that is
 * alone renews that promise for as long as it makes use of it.
 *
 * <p>Invariant: the promise ends here before it ends at the GTM, since it counts from when the
 * question was sent and a margin for the clocks' drift is taken off.
 *
 * <p>Threads: confined to the owning {@link GateView}.
 */
final class SnapshotWants {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int RENEWAL_DIVISOR = 2;

  private final long repeatNanos;
  private final SentTimes sentTimes = new SentTimes();
  private long lastNumber;
  private long asked;
  private long served;
  private boolean isOutstanding;
  private boolean isOfUse;
  private long repeatAt;
  private Optional<Promise> promise = Optional.empty();

  /** For so long nobody else gets a lease. */
  private record Promise(long until, long renewAt) {}

  SnapshotWants(long repeatNanos) {
    this.repeatNanos = repeatNanos;
  }

  void ask(long reader) {
    asked = Math.max(asked, reader);
  }

  /** A promise that holds is renewed before it ends. */
  void stayAlone() {
    isOfUse = true;
  }

  /** Everybody up to this reader has a snapshot. */
  void served(long through) {
    served = Math.max(served, through);
    isOutstanding = false;
  }

  /** What was sent may not have been heard, or may be taken to be done with. */
  void sendAgain() {
    isOutstanding = false;
  }

  boolean isWaiting() {
    return asked > served;
  }

  /** Whether somebody up to this reader waits. */
  boolean isWaiting(long through) {
    return through > served;
  }

  /** The highest number of a reader that waits. */
  long waiting() {
    return isWaiting() ? asked : GateHeld.NOBODY;
  }

  void promised(GateAlone m, long now) {
    OptionalLong sentAt = sentTimes.take(m.number());
    if (sentAt.isEmpty()) {
      return;
    }
    isOutstanding = false;
    long nanos = m.aloneMillis() * NANOS_PER_MILLI;
    long until = sentAt.getAsLong() + nanos - nanos / ClientCore.DRIFT_MARGIN_DIVISOR;
    if (now - until < 0 && promisedUntil(until) - until <= 0) {
      promise = Optional.of(new Promise(until, until - nanos / RENEWAL_DIVISOR));
    }
  }

  void forgetPromise() {
    promise = Optional.empty();
  }

  boolean isAlone(long now) {
    return promise.isPresent() && now - promise.get().until() < 0;
  }

  long promisedUntil(long otherwise) {
    return promise.map(Promise::until).orElse(otherwise);
  }

  /** The want to send now, if any. */
  Optional<SnapshotWanted> due(long epoch, long now) {
    boolean needsGtm = !isAlone(now) || now - promise.get().renewAt() >= 0;
    boolean isNeeded = isWaiting() || (isOfUse && isAlone(now));
    if (!isNeeded || !needsGtm || (isOutstanding && now - repeatAt < 0)) {
      return Optional.empty();
    }
    isOfUse = false;
    lastNumber++;
    sentTimes.sent(lastNumber, now);
    isOutstanding = true;
    repeatAt = now + repeatNanos;
    return Optional.of(new SnapshotWanted(lastNumber, epoch, asked));
  }

  /** When a want has to be sent again, if one is outstanding. */
  long deadline(long otherwise) {
    return isWaiting() && isOutstanding ? repeatAt : otherwise;
  }
}
