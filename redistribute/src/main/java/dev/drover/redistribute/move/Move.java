package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

/**
 * What moves where.
 *
 * @param group the colocation group whose leaves with the remainder {@code slot} move
 * @param source id of the node that has them
 * @param target id of the node that gets them
 */
public record Move(MoveId id, int group, int slot, int source, int target) {
  public Move {
    requireNonNull(id);
    if (source == target) {
      throw new IllegalArgumentException("slot %d is on node %d".formatted(slot, source));
    }
  }
}
