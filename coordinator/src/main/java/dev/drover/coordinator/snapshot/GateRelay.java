package dev.drover.coordinator.snapshot;

import dev.drover.gtm.client.GtmClient;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Executor;

/**
 * Carries out the GTM's orders about the gate, and answers them.
 *
 * <p>Closing, holding and opening are a matter of the switch; readers are asked on their event
 * loops. Loops with readers take one after the other, as coordinators do: of two that took at once
 * each could see a commit in flight that the other misses.
 *
 * <p>Source: {@link GtmClient.Listener}, which says what each order asks for; snapshots of one
 * order: Adya, "Weak Consistency", section 4.3 (the anomaly is a long fork).
 *
 * <p>Threads: orders come on the GTM client's thread; the lock keeps asking and opening in order.
 */
public final class GateRelay {
  /** Who gives the orders; each is answered. */
  public interface Gtm {
    void gateClosed(long window, int secondPhasesRunning);

    void gateDrained(long window);

    void gateHeld(long window, int commitsRunning);

    void snapshotTaken(long window);

    static Gtm of(GtmClient client) {
      return new Gtm() {
        @Override
        public void gateClosed(long window, int secondPhasesRunning) {
          client.gateClosed(window, secondPhasesRunning);
        }

        @Override
        public void gateDrained(long window) {
          client.gateDrained(window);
        }

        @Override
        public void gateHeld(long window, int commitsRunning) {
          client.gateHeld(window, commitsRunning);
        }

        @Override
        public void snapshotTaken(long window) {
          client.snapshotTaken(window);
        }
      };
    }
  }

  /** Those of one event loop who want to see one moment on several nodes. */
  public interface Readers {
    /** False when nobody waits who has asked the GTM. Threads: any. */
    boolean isWaitedFor();

    /** {@code taken} is told once all readers up to this number have answered. */
    void take(long through, Runnable taken);

    /** The window is over; readers may have been asked or not. */
    void opened(boolean valid);
  }

  /** What takes part in windows on one event loop. */
  public record Part(Executor loop, CommitGate gate, Readers readers) {}

  private final Gtm client;
  private final GateSwitch gateSwitch;
  private final CommitCounts counts;
  private final List<Part> parts;
  private final GateStatistics statistics;
  private OptionalLong closedAt = OptionalLong.empty();
  private OptionalLong heldAt = OptionalLong.empty();
  private OptionalLong taking = OptionalLong.empty();

  public GateRelay(
      Gtm client,
      GateSwitch gateSwitch,
      CommitCounts counts,
      List<Part> parts,
      GateStatistics statistics) {
    this.client = client;
    this.gateSwitch = gateSwitch;
    this.counts = counts;
    this.parts = List.copyOf(parts);
    this.statistics = statistics;
  }

  /** Second phases wait; the GTM is told when all those that run have ended. */
  public void close(long window) {
    closedAt = OptionalLong.of(System.nanoTime());
    int running = gateSwitch.close();
    client.gateClosed(window, running);
    if (running > 0) {
      gateSwitch.whenNoneRuns(() -> client.gateDrained(window));
    }
  }

  /** No commit leaves any more. */
  public void hold(long window) {
    heldAt = OptionalLong.of(System.nanoTime());
    gateSwitch.hold();
    client.gateHeld(window, counts.underWay());
  }

  /** The readers up to this number fix what they see. */
  public synchronized void take(long window, long through) {
    taking = OptionalLong.of(window);
    Iterator<Part> waitedFor =
        parts.stream().filter(part -> part.readers().isWaitedFor()).toList().iterator();
    takeNext(waitedFor, window, through);
  }

  /** No loop is asked any more once the gate has opened. */
  private synchronized void takeNext(Iterator<Part> left, long window, long through) {
    if (!taking.equals(OptionalLong.of(window))) {
      return;
    }
    if (!left.hasNext()) {
      client.snapshotTaken(window);
      return;
    }
    Part next = left.next();
    next.loop().execute(() -> next.readers().take(through, () -> takeNext(left, window, through)));
  }

  /** Commits go on. */
  public synchronized void open(boolean valid) {
    taking = OptionalLong.empty();
    gateSwitch.open();
    long now = System.nanoTime();
    statistics.opened(valid, now - closedAt.orElse(now), now - heldAt.orElse(now));
    closedAt = OptionalLong.empty();
    heldAt = OptionalLong.empty();
    for (Part part : parts) {
      part.loop()
          .execute(
              () -> {
                part.gate().opened();
                part.readers().opened(valid);
              });
    }
  }
}
