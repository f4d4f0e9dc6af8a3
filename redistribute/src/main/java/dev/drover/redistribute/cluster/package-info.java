/**
 * Jobs on all tables at once: a node takes its part of them, gives it back, or loads are levelled.
 *
 * <p>Main types: {@link dev.drover.redistribute.cluster.AddNodeJob}, {@link
 * dev.drover.redistribute.cluster.RemoveNodeJob}, {@link
 * dev.drover.redistribute.cluster.RebalanceJob}. Slots are moved by {@link
 * dev.drover.redistribute.move.SlotMoves}.
 */
package dev.drover.redistribute.cluster;
