package dev.drover.gtm.gate;

/**
 * Says when a gate may close again, so that writers keep most of the time.
 *
 * <p>After a closing the gate stays open for a multiple of the time for which writers were shut
 * out; if nobody wrote, it may close again at once. Time in which nobody wanted it closed counts a
 * little afterwards, so that readers who come seldom but together need not wait. After a closing
 * that came to nothing it stays open for twice as long each time. When most closings run out of
 * time, the next ones may take longer, or a busy machine would never have one that is good.
 *
 * <p>Source: the calm that counts afterwards is that of the virtual scheduling algorithm in ITU-T
 * I.371, Annex A.
 *
 * <p>Threads: confined to its owner.
 */
public final class GatePacing {
  private static final int MAX_DOUBLINGS = 3;

  /** So many more failures than successes are nothing special. */
  private static final int PATIENCE = 2;

  private static final int MAX_SURPLUS = PATIENCE + 4;
  private static final long MIN_BACKOFF_NANOS = 1_000_000;
  private static final long MAX_OPEN_NANOS = 1_000_000_000;

  /** Single-node commits are to lose a twentieth at most, as they have no part in the drain. */
  private static final long HELD_WEIGHT = 5;

  /**
   * On a machine so busy that a hold takes longer than a millisecond, commits would not have had
   * the time for themselves either; readers are not to wait for longer than this on their account.
   */
  private static final long MAX_FOR_HELD_NANOS = 20_000_000;

  /** So much calm counts afterwards. */
  private static final long CALM_NANOS = 20_000_000;

  private long mayCloseAt;
  private int failures;
  private int surplus;

  public GatePacing(long now) {
    this.mayCloseAt = now;
  }

  /** The window was good for something. */
  public void served(GateUse use, int pace, long now) {
    failures = 0;
    surplus = Math.max(0, surplus - 1);
    long forSecondPhases = use.metSecondPhases() ? pace * use.closedNanos() : 0;
    long forCommits = use.metCommits() ? HELD_WEIGHT * pace * use.heldNanos() : 0;
    long open = Math.max(forSecondPhases, Math.min(forCommits, MAX_FOR_HELD_NANOS));
    mayCloseAt = now - calmBefore(now - use.closedNanos()) + Math.min(open, MAX_OPEN_NANOS);
  }

  private long calmBefore(long closedAt) {
    return Math.clamp(closedAt - mayCloseAt, 0, CALM_NANOS);
  }

  /** The window was given up. */
  public void failed(GateUse use, int pace, long now) {
    long backoff = Math.max(pace * use.closedNanos(), MIN_BACKOFF_NANOS) << failures;
    failures = Math.min(failures + 1, MAX_DOUBLINGS);
    mayCloseAt = now + Math.min(backoff, MAX_OPEN_NANOS);
  }

  /** The window was given up because its limits ran out. */
  public void late(GateUse use, int pace, long now) {
    failed(use, pace, now);
    surplus = Math.min(surplus + 1, MAX_SURPLUS);
  }

  /** The window was given up, and there is no reason to wait. */
  public void retry(long now) {
    mayCloseAt = now;
  }

  /** How often the limits of the next closing are doubled. */
  public int doublings() {
    return Math.max(0, surplus - PATIENCE);
  }

  public boolean mayClose(long now) {
    return now - mayCloseAt >= 0;
  }

  public long mayCloseAt() {
    return mayCloseAt;
  }
}
