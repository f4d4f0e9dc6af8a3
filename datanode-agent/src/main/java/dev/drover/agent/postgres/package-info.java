/**
 * One PostgreSQL server as a set of files and a process: its binaries, its data directory, its
 * configuration, its postmaster.
 *
 * <p>Main type: {@link dev.drover.agent.postgres.PostgresServer}. Knows nothing about clusters.
 */
package dev.drover.agent.postgres;
