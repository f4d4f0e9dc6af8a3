/**
 * Apache Calcite as the place where conditions sink: {@link
 * dev.drover.planner.calcite.ConditionPlacement} makes relational expressions of {@link
 * dev.drover.planner.relational.Rows}, lets Calcite's rules move conditions through joins, outer
 * joins, queries in FROM and groups, and reads the result back. The classes that extend Calcite's
 * own live here, and nobody outside sees one of them.
 *
 * <p>Every expression is opaque, may be null and is never evaluated here; every column has a type
 * of which Calcite knows nothing but the name.
 */
package dev.drover.planner.calcite;
