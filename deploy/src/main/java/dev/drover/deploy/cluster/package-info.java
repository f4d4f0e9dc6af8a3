/**
 * A whole cluster on one machine: its directory, its processes, its health.
 *
 * <p>Main types: {@link dev.drover.deploy.cluster.Supervisor} runs the members as processes of
 * their own, {@link dev.drover.deploy.cluster.LocalCluster} runs them inside this one. Knows no
 * command line.
 */
package dev.drover.deploy.cluster;
