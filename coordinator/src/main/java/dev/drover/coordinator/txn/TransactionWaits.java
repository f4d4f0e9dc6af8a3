package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * For how long a transaction has waited for its servers, and whether it was chosen to break a
 * deadlock.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class TransactionWaits {
  private final List<Participant> participants;
  private final List<Backend> helpers = new ArrayList<>();
  private Optional<HeldBack> heldBack = Optional.empty();
  private boolean victim;
  private boolean clientCancels;
  private long waitingSinceNanos;
  private long startedAtMicros;

  /** {@code participants} is the transaction's own list, as it grows. */
  TransactionWaits(List<Participant> participants) {
    this.participants = participants;
  }

  /** A connection beside its own works for it now: what that waits for, the transaction does. */
  public void helpedBy(Backend backend) {
    helpers.add(backend);
  }

  public void helpedNoMoreBy(Backend backend) {
    helpers.remove(backend);
  }

  /** All connections that work for the transaction. */
  public List<Backend> backends() {
    List<Backend> all = new ArrayList<>(helpers);
    participants.forEach(p -> all.add(p.backend()));
    return all;
  }

  /** Its start waits for the end of a pause of the cluster. */
  void heldBack(HeldBack start) {
    heldBack = Optional.of(start);
  }

  /** What a server has to do is cancelled there; what none has begun ends here. */
  public void cancel() {
    clientCancels = true;
    for (Participant participant : participants) {
      if (participant.backend().link().pending() > 0) {
        participant.backend().cancel();
      }
    }
    heldBack.ifPresent(HeldBack::cancel);
  }

  void started() {
    heldBack = Optional.empty();
    startedAtMicros = TransactionClock.wallMicros();
  }

  /** When the transaction was admitted. Units: microseconds of wall time. */
  public long startedAtMicros() {
    return startedAtMicros;
  }

  /**
   * For how long some server has owed an answer, as seen by whoever asks regularly: the first call
   * that finds one outstanding starts the count. Units: nanoseconds.
   */
  public long waitingNanos(long nanoTime) {
    boolean waiting = backends().stream().anyMatch(b -> b.link().pending() > 0);
    if (!waiting) {
      waitingSinceNanos = 0;
      return 0;
    }
    if (waitingSinceNanos == 0) {
      waitingSinceNanos = nanoTime;
    }
    return nanoTime - waitingSinceNanos;
  }

  /** Chosen to break a deadlock: its next error is shown as 40P01. */
  public void chooseAsVictim(int processId) {
    for (Backend backend : backends()) {
      if (backend.link().processId() == processId && backend.link().pending() > 0) {
        victim = true;
        backend.cancel();
      }
    }
  }

  /** True once after it was chosen. */
  public boolean takeVictim() {
    boolean was = victim;
    victim = false;
    return was;
  }

  /** Whether the client has asked to cancel something in this transaction. */
  public boolean clientCancels() {
    return clientCancels;
  }

  /** The transaction has ended. */
  void reset() {
    victim = false;
    clientCancels = false;
    waitingSinceNanos = 0;
  }
}
