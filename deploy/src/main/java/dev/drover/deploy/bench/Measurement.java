package dev.drover.deploy.bench;

/**
 * One run of one contender.
 *
 * @param perSecond units done in a second
 * @param cpuMicros processor time of all servers per unit
 * @param coordinatorMicros the coordinator's part of it
 * @param walSyncs flushes of write-ahead logs per unit, over all servers
 * @param coordinatorBytes the coordinator's resident memory at the end
 */
record Measurement(
    double perSecond,
    double cpuMicros,
    double coordinatorMicros,
    double walSyncs,
    long coordinatorBytes) {}
