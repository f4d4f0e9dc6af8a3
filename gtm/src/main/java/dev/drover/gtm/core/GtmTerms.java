package dev.drover.gtm.core;

/**
 * What the GTM grants and how often it acts.
 *
 * @param leaseMillis how long a lease lasts without a heartbeat
 * @param gxidRangeSize how many GXIDs a coordinator is given at a time
 * @param maxTransactionsPerCoordinator the most transactions one coordinator may have active
 * @param maxTransactions the most that all coordinators may have active: what each node's
 *     max_connections leaves after its reserve
 * @param lockPollMillis between two polls of the lock graphs while somebody waits
 */
public record GtmTerms(
    long leaseMillis,
    int gxidRangeSize,
    int maxTransactionsPerCoordinator,
    int maxTransactions,
    long lockPollMillis) {
  static final long NANOS_PER_MILLI = 1_000_000;

  public GtmTerms {
    if (leaseMillis < 1
        || gxidRangeSize < 1
        || maxTransactionsPerCoordinator < 1
        || maxTransactions < 1
        || lockPollMillis < 1) {
      throw new IllegalArgumentException("the terms of a gtm are positive");
    }
  }

  long leaseNanos() {
    return leaseMillis * NANOS_PER_MILLI;
  }

  long lockPollNanos() {
    return lockPollMillis * NANOS_PER_MILLI;
  }
}
