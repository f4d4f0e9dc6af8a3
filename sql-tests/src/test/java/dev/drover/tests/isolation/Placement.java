package dev.drover.tests.isolation;

/** Where the rows of the keys {@code $a} to {@code $d} lie. */
enum Placement {
  /** All on one node. */
  TOGETHER,

  /** The first three on a node each, the fourth on the first one's. */
  SPREAD
}
