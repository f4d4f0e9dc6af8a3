/**
 * From an analysed query to {@link dev.drover.planner.relational.Rows}: tables, joins, conditions
 * and groups as an algebra over columns, subqueries as joins, everything else as text with columns
 * at the cuts. Main type: {@link dev.drover.planner.translation.Translation}. What it does not know
 * it refuses, and the query is planned in another way; it knows nothing of nodes and costs.
 */
package dev.drover.planner.translation;
