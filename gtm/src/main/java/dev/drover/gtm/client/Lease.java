package dev.drover.gtm.client;

/**
 * What the GTM has granted a coordinator.
 *
 * @param coordinatorId the small number that belongs to the coordinator's name for ever
 * @param epoch the number of this life of the coordinator; part of its gids and of its hello to
 *     each datanode
 * @param maxTransactions how many transactions it may have active at once
 */
public record Lease(int coordinatorId, long epoch, int maxTransactions) {}
