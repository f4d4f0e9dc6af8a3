package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.ddl.SqlQuote;
import java.util.Optional;

/**
 * A table of the group that moves a slot.
 *
 * @param distribution its distribution id
 * @param parent qualified and quoted
 * @param leaf the same of its leaf
 * @param owner quoted
 * @param spec what the leaf must be like, as JSON
 * @param obstacle why changes of its rows cannot be followed, if they cannot
 */
record MovedTable(
    int distribution,
    String parent,
    String leaf,
    String owner,
    String spec,
    Optional<String> obstacle) {
  MovedTable {
    requireNonNull(parent);
    requireNonNull(leaf);
    requireNonNull(owner);
    requireNonNull(spec);
    requireNonNull(obstacle);
  }

  /** Where the leaf is on the source when it has been given away. */
  String inTrash(MoveId move) {
    return SqlQuote.ident(move.trash()) + leaf.substring(leaf.indexOf('.'));
  }
}
