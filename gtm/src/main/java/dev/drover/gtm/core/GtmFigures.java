package dev.drover.gtm.core;

/**
 * What the active GTM knows at one moment, in numbers.
 *
 * @param coordinators with a lease
 * @param unfencedEpochs that have ended, and of which something may be left on a server
 * @param grantedTransactions that all coordinators together may run at once
 * @param lastEpoch the highest that was granted
 * @param nextGxid above all that were leased
 * @param windowsServed snapshot windows since it became active in which readers were served
 * @param windowsGivenUp those in which nobody was
 * @param victims transactions that were chosen to end a deadlock, since it became active
 */
public record GtmFigures(
    int coordinators,
    int unfencedEpochs,
    int grantedTransactions,
    long lastEpoch,
    long nextGxid,
    long windowsServed,
    long windowsGivenUp,
    long victims) {}
