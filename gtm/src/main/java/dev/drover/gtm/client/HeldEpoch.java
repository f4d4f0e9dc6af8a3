package dev.drover.gtm.client;

import java.util.List;

/**
 * The epoch that a coordinator holds, and how long its lease lasts on the coordinator's own clock.
 *
 * <p>Threads: confined to the owning {@link ClientCore}.
 */
final class HeldEpoch {
  static final long NONE = 0;

  private Lease lease = new Lease(0, NONE, 0);
  private long epoch = NONE;
  private long lostThrough = NONE;
  private long leaseNanos;
  private long until;
  private boolean lapsed;

  /** Its number, or {@link #NONE}. */
  long number() {
    return epoch;
  }

  boolean isHeld() {
    return epoch != NONE;
  }

  /** Whether a grant comes too late: for an epoch that was lost or followed. */
  boolean isOutdated(long granted) {
    return granted <= lostThrough || granted < epoch;
  }

  /**
   * Takes a grant for this epoch or a newer one; true if it is a new epoch, without a lease yet.
   */
  boolean take(Lease granted, long nanos, long now) {
    boolean isNew = epoch == NONE;
    lease = granted;
    epoch = granted.epoch();
    leaseNanos = nanos;
    if (isNew) {
      lapsed = false;
      until = now;
    }
    return isNew;
  }

  /** The lease counts from when the request was sent that the GTM has answered. */
  List<ClientEffect> extend(long sentAt, long now, boolean isNew) {
    long extended = sentAt + leaseNanos - leaseNanos / ClientCore.DRIFT_MARGIN_DIVISOR;
    if (!isNew && extended - until <= 0) {
      return List.of();
    }
    until = extended;
    ClientEffect lasts = new ClientEffect.LeaseUntil(epoch, until);
    if (now - until >= 0) {
      lapsed = true;
      return List.of(lasts);
    }
    if (!isNew && !lapsed) {
      return List.of(lasts);
    }
    lapsed = false;
    return List.of(lasts, new ClientEffect.LeaseGranted(lease));
  }

  /** Whether the lease has run out since the last time. */
  boolean lapses(long now) {
    boolean lapses = epoch != NONE && !lapsed && now - until >= 0;
    lapsed |= lapses;
    return lapses;
  }

  /** All epochs up to this one are dead; true if the one that is held is among them. */
  boolean isDead(long through) {
    lostThrough = Math.max(lostThrough, through);
    return epoch != NONE && epoch <= lostThrough;
  }

  /** It is held no more; returns its number. */
  long end() {
    long ended = epoch;
    lostThrough = Math.max(lostThrough, ended);
    epoch = NONE;
    return ended;
  }
}
