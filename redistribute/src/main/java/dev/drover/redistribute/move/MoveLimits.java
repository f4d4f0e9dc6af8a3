package dev.drover.redistribute.move;

import java.util.Collection;

/**
 * Which moves of a job may be under way at the same time.
 *
 * <p>A node gives slots away or takes some, never both: the beginning of a move waits for every
 * transaction on its source that writes, and a copy is one on its target.
 *
 * @param perNode so many moves with the same source, and so many with the same target
 */
record MoveLimits(int perNode) {
  /** Of one job. */
  private static final int MAX_RUNNING = 8;

  MoveLimits {
    if (perNode < 1) {
      throw new IllegalArgumentException("a node takes part in one move at least");
    }
  }

  boolean allow(Move next, Collection<Move> running) {
    long sameSource = running.stream().filter(m -> m.source() == next.source()).count();
    long sameTarget = running.stream().filter(m -> m.target() == next.target()).count();
    boolean meets =
        running.stream().anyMatch(m -> m.source() == next.target() || m.target() == next.source());
    return running.size() < MAX_RUNNING && sameSource < perNode && sameTarget < perNode && !meets;
  }
}
