package dev.drover.gtm.server;

import dev.drover.gtm.core.GtmCore;
import dev.drover.gtm.core.GtmEffect;
import dev.drover.gtm.core.GtmEffects;
import dev.drover.gtm.core.GtmEvent;
import dev.drover.gtm.core.GtmRecord;
import dev.drover.gtm.core.GtmTerms;
import dev.drover.gtm.log.GtmLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the core and the log.
 *
 * <p>It takes what has come in as one batch, makes the records of the whole batch durable by one
 * flush, and only then carries out the effects.
 *
 * <p>Threads: the public face is thread-safe.
 */
final class CoreThread {
  private static final Logger log = LoggerFactory.getLogger(CoreThread.class);

  private static final long TICK_NANOS = 25_000_000;
  private static final long STOP_MILLIS = 5000;

  private final GtmTerms terms;
  private final GtmLog gtmLog;
  private final Inbox inbox;
  private final ServerConnections connections;
  private final LockPoller poller;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final Thread thread = new Thread(this::run, "gtm-core");
  private volatile boolean stopping;

  CoreThread(
      GtmTerms terms,
      GtmLog gtmLog,
      Inbox inbox,
      ServerConnections connections,
      LockPoller poller) {
    this.terms = terms;
    this.gtmLog = gtmLog;
    this.inbox = inbox;
    this.connections = connections;
    this.poller = poller;
  }

  void start() {
    thread.start();
  }

  CompletableFuture<Void> stopped() {
    return stopped;
  }

  /** Returns when the log is closed. */
  void stop() {
    stopping = true;
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (gtmLog) {
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
    GtmCore core = GtmCore.start(terms, gtmLog.recovered(), System.nanoTime());
    carryOut(core, List.of(new GtmEvent.Tick()));
    long nextTick = System.nanoTime() + TICK_NANOS;
    while (!stopping) {
      long due = core.deadline(nextTick, System.nanoTime());
      List<GtmEvent> batch = inbox.take(Math.max(0, due - System.nanoTime()));
      if (System.nanoTime() - due >= 0) {
        batch.add(new GtmEvent.Tick());
        nextTick = System.nanoTime() + TICK_NANOS;
      }
      carryOut(core, batch);
    }
  }

  private void carryOut(GtmCore core, List<GtmEvent> batch) throws IOException {
    List<GtmRecord> records = new ArrayList<>();
    List<GtmEffect> effects = new ArrayList<>();
    for (GtmEvent event : batch) {
      GtmEffects step = core.step(event, System.nanoTime());
      records.addAll(step.records());
      effects.addAll(step.effects());
    }
    if (!records.isEmpty()) {
      gtmLog.append(records);
      if (gtmLog.wantsCompaction()) {
        gtmLog.compact(core.snapshot());
      }
    }
    for (GtmEffect effect : effects) {
      switch (effect) {
        case GtmEffect.Send(long connection, var message) -> connections.send(connection, message);
        case GtmEffect.PollLocks poll -> poller.poll(poll);
      }
    }
  }
}
