/**
 * Changes that no node can make by itself: a worker on the catalog node makes them over temporary
 * relations, then they are carried out on the nodes in the client's transaction.
 *
 * <p>Main type: {@link dev.drover.coordinator.change.ChangeOperator}. Blocking code on a virtual
 * thread, but for what flows to the client.
 */
package dev.drover.coordinator.change;
