package dev.drover.coordinator.snapshot;

import dev.drover.gtm.client.GtmClient;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.ToIntFunction;

/**
 * Carries the GTM's orders about the gate to every event loop, and their answers back once all have
 * answered.
 *
 * <p>Source: {@link GtmClient.Listener}, which says what each order asks for.
 *
 * <p>Threads: orders come on the GTM client's thread.
 */
public final class GateRelay {
  /** What takes part in windows on one event loop. */
  public record Part(EventLoop loop, CommitGate gate, Moments moments) {}

  private final GtmClient client;
  private final List<Part> parts;
  private final GateStatistics statistics;
  private OptionalLong closedAt = OptionalLong.empty();
  private OptionalLong heldAt = OptionalLong.empty();

  public GateRelay(GtmClient client, List<Part> parts, GateStatistics statistics) {
    this.client = client;
    this.parts = List.copyOf(parts);
    this.statistics = statistics;
  }

  /** Second phases wait; the GTM is told when all those that run have ended. */
  public void close(long window) {
    closedAt = OptionalLong.of(System.nanoTime());
    AtomicInteger met = new AtomicInteger();
    AtomicInteger undrained = new AtomicInteger(parts.size());
    Runnable drained =
        () -> {
          if (undrained.decrementAndGet() == 0 && met.get() > 0) {
            client.gateDrained(window);
          }
        };
    AtomicInteger unanswered = new AtomicInteger(parts.size());
    for (Part part : parts) {
      part.loop()
          .execute(
              () -> {
                met.addAndGet(part.gate().close(() -> part.loop().execute(drained)));
                if (unanswered.decrementAndGet() == 0) {
                  client.gateClosed(window, met.get());
                }
              });
    }
  }

  /** No commit leaves any more. */
  public void hold(long window) {
    heldAt = OptionalLong.of(System.nanoTime());
    sum(part -> part.gate().hold(), client::gateHeld, window);
  }

  private void sum(ToIntFunction<Part> order, BiConsumer<Long, Integer> answer, long window) {
    AtomicInteger total = new AtomicInteger();
    AtomicInteger unanswered = new AtomicInteger(parts.size());
    for (Part part : parts) {
      part.loop()
          .execute(
              () -> {
                total.addAndGet(order.applyAsInt(part));
                if (unanswered.decrementAndGet() == 0) {
                  answer.accept(window, total.get());
                }
              });
    }
  }

  /** The readers up to this number fix what they see. */
  public void take(long window, long through) {
    AtomicInteger unanswered = new AtomicInteger(parts.size());
    Runnable taken =
        () -> {
          if (unanswered.decrementAndGet() == 0) {
            client.snapshotTaken(window);
          }
        };
    parts.forEach(part -> part.loop().execute(() -> part.moments().take(through, taken)));
  }

  /** Commits go on. */
  public void open(boolean valid) {
    long now = System.nanoTime();
    statistics.opened(valid, now - closedAt.orElse(now), now - heldAt.orElse(now));
    closedAt = OptionalLong.empty();
    heldAt = OptionalLong.empty();
    for (Part part : parts) {
      part.loop()
          .execute(
              () -> {
                part.gate().open();
                part.moments().opened(valid);
              });
    }
  }
}
