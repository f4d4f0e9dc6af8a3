/**
 * Transactions over several servers: who takes part, how they commit, how they are recovered.
 *
 * <p>Main types: {@link dev.drover.coordinator.txn.Transaction} and the state machine {@link
 * dev.drover.coordinator.txn.TwoPhaseCommit}. Knows nothing of statements or plans.
 */
package dev.drover.coordinator.txn;
