package dev.drover.coordinator.snapshot;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether commits and second phases may begin, for the gates of all event loops: closing and
 * holding take effect at once, without a word from any of them.
 *
 * <p>A commit counts as sent from when it has found the switch open. What it follows was
 * acknowledged before that, and so before the hold: that is all that snapshots taken during the
 * hold rely on, however much later its bytes leave. A second phase must have ended; it is counted
 * before the switch is looked at, so that whoever closes it counts it or is seen by it.
 *
 * <p>Threads: thread-safe. One at a time closes, holds and opens.
 */
public final class GateSwitch {
  private final AtomicInteger secondPhases = new AtomicInteger();
  private final AtomicReference<Runnable> drained = new AtomicReference<>(GateSwitch::nobody);
  private volatile boolean closed;
  private volatile boolean held;

  boolean isHeld() {
    return held;
  }

  /** If it may begin, {@link #secondPhaseEnded} follows. */
  boolean beginSecondPhase() {
    if (closed) {
      return false;
    }
    secondPhases.incrementAndGet();
    if (closed) {
      secondPhaseEnded();
      return false;
    }
    return true;
  }

  void secondPhaseEnded() {
    if (secondPhases.decrementAndGet() == 0) {
      drained.getAndSet(GateSwitch::nobody).run();
    }
  }

  /** Second phases wait from now on; how many are under way. */
  int close() {
    closed = true;
    return secondPhases.get();
  }

  /** Runs {@code then} once after none is under way any more, unless it opens before. */
  void whenNoneRuns(Runnable then) {
    drained.set(then);
    if (secondPhases.get() == 0 && drained.compareAndSet(then, GateSwitch::nobody)) {
      then.run();
    }
  }

  /** Every commit waits from now on. */
  void hold() {
    held = true;
  }

  void open() {
    drained.set(GateSwitch::nobody);
    held = false;
    closed = false;
  }

  private static void nobody() {
    // nobody waits for it
  }
}
