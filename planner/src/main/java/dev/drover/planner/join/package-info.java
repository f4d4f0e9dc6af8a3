/**
 * Chooses how the rows of a query move between nodes: by cost, over plain numbers. Knows nothing of
 * SQL.
 */
package dev.drover.planner.join;
