package dev.drover.coordinator.txn;

import dev.drover.coordinator.snapshot.CommitGate;

/**
 * A statement that commits by itself, at the gate and behind it.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class BareWrite {
  private final CommitGate gate;
  private boolean passed;
  private boolean ended;

  BareWrite(CommitGate gate) {
    this.gate = gate;
  }

  void send(Runnable send) {
    gate.commit(
        () -> {
          passed = true;
          if (ended) {
            gate.commitDone();
          } else {
            send.run();
          }
        });
  }

  /** It was answered, or its client is gone. */
  void end() {
    ended = true;
    if (passed) {
      gate.commitDone();
    }
  }
}
