/**
 * What a statement says: its query blocks, the sources of each, what every name in them means, and
 * what its conditions state of columns.
 *
 * <p>Main type: {@link dev.drover.planner.analysis.Analyzer}. Views are looked into. Knows nothing
 * of nodes: what follows for them is found in {@code placement}.
 */
package dev.drover.planner.analysis;
