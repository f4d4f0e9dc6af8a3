package dev.drover.gtm.gate;

/**
 * What one closing of the gate cost the writers.
 *
 * @param closedNanos for so long no second phase could start
 * @param heldNanos for so long no commit at all could be sent
 * @param metSecondPhases whether any were under way when the gate closed
 * @param metCommits whether any single-node commits were under way when the gate was held
 */
public record GateUse(
    long closedNanos, long heldNanos, boolean metSecondPhases, boolean metCommits) {}
