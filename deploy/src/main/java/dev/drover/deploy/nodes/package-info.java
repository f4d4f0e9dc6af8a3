/**
 * Clients of a running cluster that change its set of datanodes and show its jobs.
 *
 * <p>Main types: {@link dev.drover.deploy.nodes.NodeChange}, {@link
 * dev.drover.deploy.nodes.JobsTable}. They speak SQL to a coordinator as anybody could.
 */
package dev.drover.deploy.nodes;
