package dev.drover.coordinator.snapshot;

/**
 * Wants to see several nodes as of one moment.
 *
 * <p>Threads: called on its event loop.
 */
public interface MomentReader {
  /** What a reader says of a window; exactly one of the two, once. */
  interface Taking {
    /** What it sees is fixed on every node. */
    void fixed();

    /** Not in this window: it waits for the next one. */
    void missed();
  }

  /**
   * No commit is under way: fix what is seen, now.
   *
   * <p>Nothing here may wait for a lock: every commit waits meanwhile.
   */
  void take(Taking taking);

  /**
   * The window is over, and it has said that its view is fixed.
   *
   * @param valid if not, what was fixed is of no use, and the next {@link #take} will come
   */
  void taken(boolean valid);

  /** The window is over before it has said anything; the next {@link #take} will come. */
  void late();
}
