/**
 * Relational planning: a query as a small algebra over columns, the search for the places where its
 * rows meet, and the texts of its fragments. Main types: {@link dev.drover.planner.relational.Rows}
 * and {@link dev.drover.planner.relational.RelationalPlans}. It knows neither syntax trees nor
 * names, which are resolved before, and nothing of Calcite, which only rearranges the algebra.
 */
package dev.drover.planner.relational;
