package dev.drover.coordinator.session;

import dev.drover.coordinator.metrics.LoopCounts;
import dev.drover.coordinator.metrics.StatementKind;

/**
 * What one session adds to the counts of its event loop.
 *
 * <p>Threads: confined to its event loop.
 */
final class SessionCounts {
  private final LoopCounts loop;
  private long timedFrom;

  SessionCounts(LoopCounts loop) {
    this.loop = loop;
  }

  void began(StatementKind kind) {
    if (loop.began(kind)) {
      timedFrom = System.nanoTime();
    }
  }

  /** The client has what it asked for, or an error. */
  void answered() {
    if (timedFrom != 0) {
      loop.took(System.nanoTime() - timedFrom);
      timedFrom = 0;
    }
  }
}
