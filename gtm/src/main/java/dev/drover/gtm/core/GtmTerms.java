package dev.drover.gtm.core;

import dev.drover.gtm.protocol.GateLimits;

/**
 * What the GTM grants and how often it acts.
 *
 * @param leaseMillis how long a lease lasts without a heartbeat
 * @param gxidRangeSize how many GXIDs a coordinator is given at a time
 * @param maxTransactionsPerCoordinator the most transactions one coordinator may have active
 * @param maxTransactions the most that all coordinators may have active: what each node's
 *     max_connections leaves after its reserve
 * @param lockPollMillis between two polls of the lock graphs while somebody waits
 * @param gate how long writers may be held up for a snapshot
 * @param aloneMillis for so long a coordinator that is alone may take snapshots without asking
 */
public record GtmTerms(
    long leaseMillis,
    int gxidRangeSize,
    int maxTransactionsPerCoordinator,
    int maxTransactions,
    long lockPollMillis,
    GateLimits gate,
    long aloneMillis) {
  /** What the gate does unless it is told otherwise. */
  public static final GateLimits DEFAULT_GATE = new GateLimits(50, 20, 4);

  public static final long DEFAULT_ALONE_MILLIS = 200;

  static final long NANOS_PER_MILLI = 1_000_000;

  public GtmTerms {
    if (leaseMillis < 1
        || gxidRangeSize < 1
        || maxTransactionsPerCoordinator < 1
        || maxTransactions < 1
        || lockPollMillis < 1
        || aloneMillis < 1) {
      throw new IllegalArgumentException("the terms of a gtm are positive");
    }
  }

  /** With the gate's defaults. */
  public GtmTerms(
      long leaseMillis,
      int gxidRangeSize,
      int maxTransactionsPerCoordinator,
      int maxTransactions,
      long lockPollMillis) {
    this(
        leaseMillis,
        gxidRangeSize,
        maxTransactionsPerCoordinator,
        maxTransactions,
        lockPollMillis,
        DEFAULT_GATE,
        DEFAULT_ALONE_MILLIS);
  }

  long leaseNanos() {
    return leaseMillis * NANOS_PER_MILLI;
  }

  long lockPollNanos() {
    return lockPollMillis * NANOS_PER_MILLI;
  }

  long aloneNanos() {
    return aloneMillis * NANOS_PER_MILLI;
  }
}
