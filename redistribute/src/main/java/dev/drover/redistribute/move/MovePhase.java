package dev.drover.redistribute.move;

/** How far a move has come, as it is written on the catalog node before the work is begun. */
public enum MovePhase {
  /** Nothing has been done. */
  PLANNED,
  /** Publication and replication slot are made on the source. */
  SLOT,
  /** The rows of the slot's snapshot are copied. */
  COPY,
  /** Indexes and constraints are made on the target. */
  INDEX,
  /** The target follows the changes of the source. */
  CATCHUP,
  /** The slot changes its owner in one transaction, or is about to. */
  CUTOVER,
  /** The target is the owner; what only the move needed is taken away. */
  DECIDED,
  /** What was made is taken away, to begin again. */
  RESTARTING,
  /** What was made is taken away; the source stays the owner. */
  ROLLING_BACK,
  /** Over: the target is the owner. */
  DONE,
  /** Over: the source is the owner. */
  FAILED;

  public boolean isOver() {
    return this == DONE || this == FAILED;
  }

  /** Whether the target owns the slot, for good. */
  public boolean isDecided() {
    return this == DECIDED || this == DONE;
  }
}
