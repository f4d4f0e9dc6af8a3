/**
 * What a coordinator counts while it works: plain numbers of each event loop, read by copying them
 * on the loop. Main type: {@link dev.drover.coordinator.metrics.LoopCounts}. It knows nothing of
 * who shows the numbers, nor of sessions, transactions and pools.
 */
package dev.drover.coordinator.metrics;
