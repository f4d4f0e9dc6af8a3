/**
 * Changes that no node can make by itself: made on the catalog node over temporary relations that
 * stand for the changed tables, then carried out on the nodes.
 *
 * <p>Main type: {@link dev.drover.planner.change.ChangeRouter}. What is only read comes there
 * through {@code pull}.
 */
package dev.drover.planner.change;
