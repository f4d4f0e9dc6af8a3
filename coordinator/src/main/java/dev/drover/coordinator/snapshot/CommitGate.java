package dev.drover.coordinator.snapshot;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.snapshot.SecondPhases.SecondPhase;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
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
 * <p>What waits leaves in the order in which it came, when the gate opens; the GTM's client bounds
 * how long that takes, whatever readers or nodes do.
 *
 * <p>Threads: confined to one event loop; a coordinator has one gate per loop.
 */
public final class CommitGate {
  /** A second phase that may not start yet. */
  private record Waiting(List<Integer> nodes, Consumer<SecondPhase> start) {}

  private final CommitCounts counts;
  private final SecondPhases phases;
  private final Deque<Runnable> commits = new ArrayDeque<>();
  private final Deque<Waiting> secondPhases = new ArrayDeque<>();
  private boolean closed;
  private boolean held;
  private int commitsInFlight;
  private int secondPhasesInFlight;
  private Optional<Runnable> drained = Optional.empty();
  private long onePhase;
  private long twoPhase;
  private long waited;

  /** Commits so far, by their phases, and how many of them a window has held back. */
  public record Reading(long onePhase, long twoPhase, long waited) {}

  public CommitGate(CommitCounts counts, SecondPhases phases) {
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
    if (held) {
      commits.add(send);
      waited++;
      return;
    }
    counts.commitSent();
    onePhase++;
    commitsInFlight++;
    send.run();
  }

  /** It was answered, or its connection was lost, or it was not sent after all. */
  public void commitDone() {
    commitsInFlight--;
    counts.commitDone();
  }

  /**
   * Runs {@code start}, now or when the gate opens: it sends the first COMMIT PREPARED of a
   * transaction. {@link #secondPhaseEnded} follows.
   *
   * @param nodes that have a part of it prepared
   */
  public void secondPhase(List<Integer> nodes, Consumer<SecondPhase> start) {
    if (closed) {
      secondPhases.add(new Waiting(nodes, start));
      waited++;
      return;
    }
    counts.commitSent();
    twoPhase++;
    secondPhasesInFlight++;
    start.accept(phases.start(nodes));
  }

  /** Its last COMMIT PREPARED was answered, or somebody else ends it. */
  public void secondPhaseEnded(SecondPhase phase) {
    phases.end(phase);
    secondPhasesInFlight--;
    counts.commitDone();
    if (secondPhasesInFlight == 0) {
      Optional<Runnable> waiting = drained;
      drained = Optional.empty();
      waiting.ifPresent(Runnable::run);
    }
  }

  /** Second phases wait from now on; {@code whenNoneRuns} is told once, at once if none runs. */
  int close(Runnable whenNoneRuns) {
    closed = true;
    int running = secondPhasesInFlight;
    if (running == 0) {
      whenNoneRuns.run();
    } else {
      drained = Optional.of(whenNoneRuns);
    }
    return running;
  }

  /** Every commit waits from now on; how many are under way. */
  int hold() {
    held = true;
    return commitsInFlight;
  }

  void open() {
    closed = false;
    held = false;
    drained = Optional.empty();
    for (Waiting next = secondPhases.poll(); next != null; next = secondPhases.poll()) {
      secondPhase(next.nodes(), next.start());
    }
    for (Runnable next = commits.poll(); next != null; next = commits.poll()) {
      commit(next);
    }
  }
}
