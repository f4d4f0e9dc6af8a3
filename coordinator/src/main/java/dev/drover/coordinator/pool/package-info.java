/**
 * Connections to the servers, shared by the sessions of one event loop.
 *
 * <p>Main type: {@link dev.drover.coordinator.pool.BackendPool}. Knows nothing of transactions; a
 * connection is lent out and comes back idle.
 */
package dev.drover.coordinator.pool;
