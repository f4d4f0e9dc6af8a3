/**
 * PostgreSQL's partition hash in Java: from the value of a distribution key, as it stands in a
 * statement, a parameter or a COPY row, to the slot that holds its row.
 *
 * <p>Main type: {@link dev.drover.planner.hash.RoutingHash}. Knows nothing of tables and nodes.
 */
package dev.drover.planner.hash;
