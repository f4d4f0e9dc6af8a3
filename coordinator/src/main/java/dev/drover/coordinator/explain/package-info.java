/**
 * What EXPLAIN shows, in its four formats: Drover's own steps and the plans of the servers.
 *
 * <p>Main type: {@link dev.drover.coordinator.explain.ExplainOperator}. {@link
 * dev.drover.coordinator.explain.ExplainNode} is the tree that is shown.
 */
package dev.drover.coordinator.explain;
