/**
 * The standard workloads TPC-H and TPC-DS: tables, generated rows and the texts of the queries.
 *
 * <p>Main type: {@link dev.drover.deploy.tpc.Suite}. It knows JDBC connections only, so benchmarks
 * and tests bring their own servers.
 */
package dev.drover.deploy.tpc;
