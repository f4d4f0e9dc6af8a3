package dev.drover.gtm.client;

/**
 * How often a client does things, in nanoseconds.
 *
 * @param heartbeatNanos between two heartbeats, and between two tries of an unanswered request
 * @param silenceNanos after so long without a word the connection is given up
 * @param supersededNanos wait before registering again after somebody took the name over
 * @param wantNanos between two tries of an unanswered want of a snapshot
 */
public record ClientTimes(
    long heartbeatNanos, long silenceNanos, long supersededNanos, long wantNanos) {
  public static final ClientTimes DEFAULT =
      new ClientTimes(1_000_000_000L, 3_000_000_000L, 5_000_000_000L, 200_000_000L);

  /** Where there may be another GTM to turn to, nobody waits so long for one that is silent. */
  public static final ClientTimes WITH_STANDBYS =
      new ClientTimes(1_000_000_000L, 2_000_000_000L, 5_000_000_000L, 200_000_000L);
}
