package dev.drover.coordinator.txn;

import dev.drover.coordinator.snapshot.CommitGate;
import java.util.Optional;

/**
 * A statement that commits by itself, at the gate and behind it. One object serves a session for
 * its whole life.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class BareWrite {
  private final CommitGate gate;
  private Optional<Passage> passage = Optional.empty();

  BareWrite(CommitGate gate) {
    this.gate = gate;
  }

  private static final class Passage {
    private boolean passed;
    private boolean ended;
  }

  /** What is sent once more for the same statement has passed already. */
  void send(Runnable send) {
    if (passage.isPresent()) {
      send.run();
      return;
    }
    Passage own = new Passage();
    passage = Optional.of(own);
    gate.commit(
        () -> {
          own.passed = true;
          if (own.ended) {
            gate.commitDone();
          } else {
            send.run();
          }
        });
  }

  /** It was answered, or its client is gone. */
  void end() {
    if (passage.isEmpty()) {
      return;
    }
    Passage own = passage.get();
    passage = Optional.empty();
    own.ended = true;
    if (own.passed) {
      gate.commitDone();
    }
  }
}
