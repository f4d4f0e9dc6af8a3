package dev.drover.redistribute.rebalance;

import java.util.List;

/**
 * The slots of a colocation group.
 *
 * @param nodes ids of those that may own slots, ascending
 * @param owners the node of each slot
 * @param loads what each slot weighs, in whatever unit loads are compared in
 */
public record GroupSlots(int group, List<Integer> nodes, List<Integer> owners, List<Long> loads) {
  public GroupSlots {
    nodes = List.copyOf(nodes);
    owners = List.copyOf(owners);
    loads = List.copyOf(loads);
    if (owners.size() != loads.size()) {
      throw new IllegalArgumentException("each slot has an owner and a load");
    }
    if (loads.stream().anyMatch(load -> load < 0)) {
      throw new IllegalArgumentException("loads are not negative");
    }
  }
}
