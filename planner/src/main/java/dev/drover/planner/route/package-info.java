/**
 * From a statement's syntax tree and the catalog to its plan: which of the ways of the other
 * packages each kind of statement goes, in which order they are tried, and what it is when none
 * serves.
 *
 * <p>Main type: {@link dev.drover.planner.route.Router}. Evaluates no SQL and does no I/O.
 */
package dev.drover.planner.route;
