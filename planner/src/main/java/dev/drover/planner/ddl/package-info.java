/**
 * What DDL, roles and cluster commands become: steps of one transaction over the catalog node, the
 * metadata and the datanodes.
 *
 * <p>Main type: {@link dev.drover.planner.ddl.DdlPlanner}. The catalog node runs the user's text
 * and then describes the result for the datanodes, so that both agree on every name and type. Does
 * no I/O: what it must know of the servers it asks of a {@link dev.drover.planner.ddl.DdlProbe}.
 */
package dev.drover.planner.ddl;
