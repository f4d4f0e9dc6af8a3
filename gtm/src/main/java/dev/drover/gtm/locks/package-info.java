/**
 * Who waits for whom on the servers.
 *
 * <p>Main type: {@link dev.drover.gtm.locks.LockGraphSource}. What the waits mean for transactions
 * is the deadlock detector's to say.
 */
package dev.drover.gtm.locks;
