/**
 * Queries whose rows move: producers, exchanges that fill temporary relations of workers' sessions,
 * and the last step.
 *
 * <p>Main type: {@link dev.drover.coordinator.fragments.FragmentsOperator}. Workers always roll
 * back, and rows are never read from a connection that rows are written to.
 */
package dev.drover.coordinator.fragments;
