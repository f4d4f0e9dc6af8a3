/**
 * From a statement's syntax tree and the catalog to its plan: which nodes run which text, and how
 * their results become one.
 *
 * <p>Main type: {@link dev.drover.planner.route.Router}. Evaluates no SQL and does no I/O.
 */
package dev.drover.planner.route;
