package dev.drover.agent.recovery;

import java.util.List;

/** What the GTM knows about coordinators, as the resolver needs it. */
public interface CoordinatorLiveness {
  /**
   * The present answer. What was prepared before the question was asked and belongs to none of the
   * living will never have a living coordinator again.
   *
   * @param isSettled false while nobody may be taken for dead
   * @param living the lives whose lease has not ended
   * @param unfenced lives that have ended and are not yet known to be shut out everywhere
   */
  record Answer(boolean isSettled, List<CoordinatorLife> living, List<CoordinatorLife> unfenced) {
    public Answer {
      living = List.copyOf(living);
      unfenced = List.copyOf(unfenced);
    }

    boolean isDead(CoordinatorLife life) {
      return isSettled && !living.contains(life);
    }
  }

  /** Asks. An unreachable GTM settles nothing. */
  Answer ask();

  /** Reports that nothing of this life, or of an earlier one, can take effect any more. */
  void fenced(CoordinatorLife life);
}
