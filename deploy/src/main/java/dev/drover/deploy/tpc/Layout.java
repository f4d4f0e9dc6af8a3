package dev.drover.deploy.tpc;

/** How the tables of a suite are spread. */
public enum Layout {
  /** Not at all: a plain server. */
  PLAIN,

  /** What is joined most lies together, small tables are everywhere. */
  GOOD,

  /** Every table by a column that no query joins by. */
  BAD
}
