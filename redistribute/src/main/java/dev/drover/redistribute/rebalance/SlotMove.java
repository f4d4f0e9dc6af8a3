package dev.drover.redistribute.rebalance;

/**
 * One slot of a group that is to go from one node to another.
 *
 * @param load what goes with it, in the unit of {@link GroupSlots}
 */
public record SlotMove(int group, int slot, int source, int target, long load) {}
