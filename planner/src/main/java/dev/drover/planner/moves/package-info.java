/**
 * The cheapest moves of tables between nodes after which these compute the whole query.
 *
 * <p>Main type: {@link dev.drover.planner.moves.ExchangePlans}. The query is not taken apart: a
 * table that moves becomes a relation of its name on the nodes.
 */
package dev.drover.planner.moves;
