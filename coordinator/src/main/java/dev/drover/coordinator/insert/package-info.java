/**
 * Rows for several nodes: VALUES cut by node, and rows of a query that are read in portions and
 * sent to their leaves.
 *
 * <p>Main type: {@link dev.drover.coordinator.insert.InsertFromOperator}. Which rows these are, the
 * planner has said.
 */
package dev.drover.coordinator.insert;
