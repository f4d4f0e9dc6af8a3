/**
 * The rows of every table of a statement brought to the catalog node, where the statement's own
 * text runs over them.
 *
 * <p>Main type: {@link dev.drover.planner.pull.PullUp}. Serves any query; what a table can be asked
 * for ({@link dev.drover.planner.pull.PullFilters}) serves rows that move between nodes too.
 */
package dev.drover.planner.pull;
