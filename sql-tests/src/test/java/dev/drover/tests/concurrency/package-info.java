/**
 * Many clients at once: nothing lost, nothing half done, replicas equal, deadlocks found.
 *
 * <p>{@link dev.drover.tests.concurrency.Bank} is the load that the kill tests disturb.
 */
package dev.drover.tests.concurrency;
