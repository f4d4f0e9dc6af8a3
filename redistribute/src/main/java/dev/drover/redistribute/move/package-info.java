/**
 * Moves of slots: all leaves of a colocation group with the same remainder go from one datanode to
 * another while they are written.
 *
 * <p>Main types: {@link dev.drover.redistribute.move.SlotMoves} for whoever plans moves, {@link
 * dev.drover.redistribute.move.MoveMachine} for the states of a move. Knows nothing of the
 * coordinator but {@link dev.drover.redistribute.change.ClusterChange}.
 */
package dev.drover.redistribute.move;
