/**
 * What the planner is told beside the statement's own text: the catalog, the search path, what
 * PostgreSQL says of functions and types, and which literals a plan may depend on; and how it
 * refuses.
 *
 * <p>Main type: {@link dev.drover.planner.context.RoutingContext}. Knows no statement's meaning:
 * that is found in {@code analysis}.
 */
package dev.drover.planner.context;
