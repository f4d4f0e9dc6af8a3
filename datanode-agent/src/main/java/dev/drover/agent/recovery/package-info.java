/**
 * Finishes the transactions that a dead coordinator left prepared, from what the servers hold.
 *
 * <p>Main type: {@link dev.drover.agent.recovery.Resolver}; the decision itself is {@link
 * dev.drover.agent.recovery.Decision#of}, which is pure, and {@link
 * dev.drover.agent.recovery.Sweep} asks and tells nodes only through {@link
 * dev.drover.agent.recovery.NodeSession}. Knows neither the GTM's protocol nor where the list of
 * nodes comes from.
 */
package dev.drover.agent.recovery;
