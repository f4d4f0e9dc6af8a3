/**
 * Measurements of a cluster beside a plain PostgreSQL of the same binaries and settings, in turns
 * on one machine.
 *
 * <p>Main type: {@link dev.drover.deploy.bench.OltpBench}. Looks at processes from outside, through
 * {@code /proc} and the servers' statistics; nothing of Drover is instrumented for it.
 */
package dev.drover.deploy.bench;
