package dev.drover.gtm.server;

import dev.drover.gtm.core.GtmEvent;
import dev.drover.gtm.core.GtmFigures;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the core and its state.
 *
 * <p>Threads: the public face is thread-safe.
 */
final class CoreThread {
  private static final Logger log = LoggerFactory.getLogger(CoreThread.class);

  private static final long TICK_NANOS = 25_000_000;
  private static final long STOP_MILLIS = 5000;

  private final Engine engine;
  private final Inbox inbox;
  private final LockPoller poller;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final Thread thread = new Thread(this::run, "gtm-core");
  private volatile boolean stopping;
  private volatile Optional<GtmFigures> figures = Optional.empty();

  CoreThread(Engine engine, Inbox inbox, LockPoller poller) {
    this.engine = engine;
    this.inbox = inbox;
    this.poller = poller;
  }

  void start() {
    thread.start();
  }

  CompletableFuture<Void> stopped() {
    return stopped;
  }

  /** As of the last tick; empty while this GTM stands by. */
  Optional<GtmFigures> figures() {
    return figures;
  }

  /** Returns when the engine is closed. */
  void stop() {
    stopping = true;
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (engine) {
      serve();
      stopped.complete(null);
    } catch (IOException | InterruptedException | RuntimeException e) {
      log.error("event=gtm_failed", e);
      stopped.completeExceptionally(e);
    } finally {
      poller.close();
    }
  }

  private void serve() throws IOException, InterruptedException {
    engine.start();
    long nextTick = System.nanoTime() + TICK_NANOS;
    while (!stopping) {
      long due = engine.deadline(nextTick, System.nanoTime());
      List<GtmEvent> batch = inbox.take(Math.max(0, due - System.nanoTime()));
      if (System.nanoTime() - due >= 0) {
        batch.add(new GtmEvent.Tick());
        nextTick = System.nanoTime() + TICK_NANOS;
        figures = engine.figures();
      }
      engine.take(batch);
    }
  }
}
