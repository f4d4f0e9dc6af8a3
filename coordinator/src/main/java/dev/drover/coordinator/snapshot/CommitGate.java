package dev.drover.coordinator.snapshot;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.snapshot.SecondPhases.SecondPhase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Every commit of this coordinator passes here: one-phase commits, autocommit writes and the second
 * phases of two-phase commits.
 *
 * <pre>
 *            second phases        one-phase commits
 *   open     start                are sent
 *   closed   wait                 are sent
 *   held     wait                 wait
 * </pre>
 *
 * <p>What waits leaves in the order in which it came, once the gate has opened; the GTM's client
 * bounds how long that takes, whatever readers or nodes do.
 *
 * <p>Threads: confined to one event loop; a coordinator has one gate per loop, and one switch for
 * all of them.
 */
public final class CommitGate {
  /** A second phase that may not start yet. */
  private record Waiting(List<Integer> nodes, Consumer<SecondPhase> start) {}

  private final GateSwitch gateSwitch;
  private final CommitCounts counts;
  private final SecondPhases phases;
  private final Deque<Runnable> commits = new ArrayDeque<>();
  private final Deque<Waiting> secondPhases = new ArrayDeque<>();
  private long onePhase;
  private long twoPhase;
  private long waited;

  /** Commits so far, by their phases, and how many of them a window has held back. */
  public record Reading(long onePhase, long twoPhase, long waited) {}

  public CommitGate(GateSwitch gateSwitch, CommitCounts counts, SecondPhases phases) {
    this.gateSwitch = requireNonNull(gateSwitch);
    this.counts = requireNonNull(counts);
    this.phases = requireNonNull(phases);
  }

  public Reading read() {
    return new Reading(onePhase, twoPhase, waited);
  }

  /** Those of all event loops. */
  public SecondPhases phases() {
    return phases;
  }

  /**
   * Runs {@code send}, now or when the gate opens: it sends a COMMIT, an autocommit write or the
   * CopyDone of a COPY to one server. {@link #commitDone} follows, whatever becomes of it.
   */
  public void commit(Runnable send) {
    if (gateSwitch.isHeld()) {
      commits.add(send);
      waited++;
      return;
    }
    counts.commitSent();
    onePhase++;
    send.run();
  }

  /** It was answered, or its connection was lost, or it was not sent after all. */
  public void commitDone() {
    counts.commitDone();
  }

  /**
   * Runs {@code start}, now or when the gate opens: it sends the first COMMIT PREPARED of a
   * transaction. {@link #secondPhaseEnded} follows.
   *
   * @param nodes that have a part of it prepared
   */
  public void secondPhase(List<Integer> nodes, Consumer<SecondPhase> start) {
    if (!gateSwitch.beginSecondPhase()) {
      secondPhases.add(new Waiting(nodes, start));
      waited++;
      return;
    }
    counts.commitSent();
    twoPhase++;
    start.accept(phases.start(nodes));
  }

  /** Its last COMMIT PREPARED was answered, or somebody else ends it. */
  public void secondPhaseEnded(SecondPhase phase) {
    phases.end(phase);
    counts.commitDone();
    gateSwitch.secondPhaseEnded();
  }

  /** The gate has opened; what finds it closed once more waits again. */
  void opened() {
    List<Waiting> phasesThatWaited = new ArrayList<>(secondPhases);
    List<Runnable> commitsThatWaited = new ArrayList<>(commits);
    secondPhases.clear();
    commits.clear();
    phasesThatWaited.forEach(next -> secondPhase(next.nodes(), next.start()));
    commitsThatWaited.forEach(this::commit);
  }
}
