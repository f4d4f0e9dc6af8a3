/**
 * Standard workloads on both servers: the same tables and rows, the same answers.
 *
 * <p>Main type: {@link dev.drover.tests.workloads.Workload}.
 */
package dev.drover.tests.workloads;
