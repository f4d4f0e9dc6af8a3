/**
 * Where rows are, and so where a block can be computed: facts that flow through a statement, keys
 * pinned to one leaf, tables that lie together.
 *
 * <p>Main type: {@link dev.drover.planner.placement.Analysis}. {@link
 * dev.drover.planner.placement.Placements} alone says what the nodes can compute each by itself,
 * also when rows have moved. Makes no texts and no plans.
 */
package dev.drover.planner.placement;
