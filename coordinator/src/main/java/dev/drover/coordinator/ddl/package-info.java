/**
 * Changes of the schema as plain sequential code: the cluster's lock, the catalog node, the
 * datanodes, and one commit that every coordinator has heard of.
 *
 * <p>Main type: {@link dev.drover.coordinator.ddl.DdlOperator}. What the steps are, {@code
 * planner.ddl} says.
 */
package dev.drover.coordinator.ddl;
