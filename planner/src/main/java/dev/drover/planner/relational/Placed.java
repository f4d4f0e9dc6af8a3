package dev.drover.planner.relational;

import static java.util.Objects.requireNonNull;

/**
 * Rows, where they are, and what it costs to have them there.
 *
 * @param cost bytes that are sent or received; rows that are worked through count as some bytes
 */
record Placed(Rows rows, Spot spot, double cost) {
  Placed {
    requireNonNull(rows);
    requireNonNull(spot);
  }

  Placed with(Rows other, Spot where, double more) {
    return new Placed(other, where, cost + more);
  }
}
