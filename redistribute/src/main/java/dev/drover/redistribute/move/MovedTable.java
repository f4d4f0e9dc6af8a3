package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

/**
 * A table of the group that moves a slot.
 *
 * @param distribution its distribution id
 * @param parent qualified and quoted
 * @param leaf the same of its leaf
 * @param owner quoted
 * @param spec what the leaf must be like, as JSON
 * @param unlogged changes of its rows cannot be followed
 */
record MovedTable(
    int distribution, String parent, String leaf, String owner, String spec, boolean unlogged) {
  MovedTable {
    requireNonNull(parent);
    requireNonNull(leaf);
    requireNonNull(owner);
    requireNonNull(spec);
  }

  /** In the trash of the source. */
  String trashName(MoveId move) {
    return "m" + move + "_" + distribution;
  }
}
