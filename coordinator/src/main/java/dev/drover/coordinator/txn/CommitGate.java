package dev.drover.coordinator.txn;

/**
 * Every commit of this coordinator passes here: one-phase commits, autocommit writes and the second
 * phase of two-phase commits.
 *
 * <p>A global snapshot needs to know what was sent to commit and what is not yet answered; because
 * each path passes here, taking such snapshots changes none of them.
 *
 * <p>Threads: confined to one event loop; a coordinator has one gate per loop.
 */
public final class CommitGate {
  private long sent;
  private int singleNodeInFlight;
  private int secondPhasesInFlight;

  /** A COMMIT, an autocommit write or the CopyDone of a COPY goes to one server. */
  public void singleNodeSent() {
    sent++;
    singleNodeInFlight++;
  }

  /** It was answered, or its connection was lost. */
  public void singleNodeDone() {
    singleNodeInFlight--;
  }

  /** The first COMMIT PREPARED of a transaction goes out. */
  public void secondPhaseStarted() {
    sent++;
    secondPhasesInFlight++;
  }

  /** Its last COMMIT PREPARED was answered. */
  public void secondPhaseEnded() {
    secondPhasesInFlight--;
  }

  /** Commits sent since the start; never decreases. */
  public long sent() {
    return sent;
  }

  public int singleNodeInFlight() {
    return singleNodeInFlight;
  }

  public int secondPhasesInFlight() {
    return secondPhasesInFlight;
  }
}
