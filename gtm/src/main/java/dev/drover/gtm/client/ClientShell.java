package dev.drover.gtm.client;

import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.Liveness;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket, thread and futures around a {@link ClientCore}.
 *
 * <p>Threads: public to the package and thread-safe, except what says that it runs on the loop.
 */
final class ClientShell implements Connector.Listener {
  private static final Logger log = LoggerFactory.getLogger(ClientShell.class);

  private static final Duration TICK = Duration.ofMillis(100);
  private static final long QUIET_MILLIS = 0;
  private static final long STOP_MILLIS = 2000;

  private final GtmClientConfig config;
  private final ListenerCalls listener;
  private final ClientCore core;
  private final EventLoopGroup group;
  private final EventLoop loop;
  private final SecureRandom random = new SecureRandom();
  private final GxidRanges gxids = new GxidRanges();
  private final ClientFutures futures = new ClientFutures();
  private final CompletableFuture<Lease> firstLease = new CompletableFuture<>();
  private final AtomicLong lastRequest = new AtomicLong();
  private final AtomicLong lastReader = new AtomicLong();
  private final AtomicBoolean refilling = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();

  private volatile Lease lease = new Lease(0, 0, 0);
  private volatile Window window = new Window(0, System.nanoTime());
  private volatile long mark;

  // Confined to the loop.
  private final DueTick dueTick;
  private final Connector connector;

  private ClientShell(GtmClientConfig config, GtmClient.Listener listener) {
    this.config = config;
    this.listener = new ListenerCalls(config.name(), listener);
    this.core =
        new ClientCore(config.role(), random.nextLong(), ClientTimes.DEFAULT, System.nanoTime());
    this.group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("gtm-client", true), NioIoHandler.newFactory());
    this.loop = group.next();
    this.dueTick = new DueTick(loop, () -> step(new ClientEvent.Tick()));
    this.connector = new Connector(config, loop, random, this);
  }

  static ClientShell start(GtmClientConfig config, GtmClient.Listener listener) {
    ClientShell shell = new ClientShell(config, listener);
    shell.loop.execute(shell.connector::connect);
    var _ =
        shell.loop.scheduleAtFixedRate(
            () -> shell.step(new ClientEvent.Tick()),
            TICK.toMillis(),
            TICK.toMillis(),
            TimeUnit.MILLISECONDS);
    return shell;
  }

  CompletableFuture<Lease> firstLease() {
    return firstLease.copy();
  }

  Lease lease() {
    return lease;
  }

  long waitMark() {
    return mark;
  }

  boolean leaseValid() {
    return window.isOpen();
  }

  boolean leaseValid(long epoch) {
    Window seen = window;
    return seen.epoch == epoch && seen.isOpen();
  }

  boolean holds(long epoch) {
    return epoch != 0 && window.epoch == epoch;
  }

  long tryNextGxid() {
    long gxid = gxids.tryNext();
    if (gxids.needsRefill()) {
      refill();
    }
    return gxid;
  }

  CompletableFuture<Long> nextGxid() {
    long gxid = tryNextGxid();
    if (gxid != GxidRanges.NONE) {
      return CompletableFuture.completedFuture(gxid);
    }
    CompletableFuture<Long> future = new CompletableFuture<>();
    onLoop(
        future,
        () -> {
          futures.awaitGxid(future);
          futures.drawGxids(gxids);
        });
    return future;
  }

  CompletableFuture<Long> publishBegin() {
    CompletableFuture<Long> future = new CompletableFuture<>();
    request(
        future,
        request -> {
          futures.publish(request, future);
          var _ = future.whenComplete((_, _) -> withdrawIfCancelled(future, request));
          step(new ClientEvent.Publish(request));
        });
    return future;
  }

  CompletableFuture<Void> publishEnd(long version, boolean changed) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    onLoop(
        future,
        () ->
            futures
                .takePublish(version)
                .ifPresentOrElse(
                    request -> endPublish(request, changed, future),
                    () -> future.completeExceptionally(unknownVersion(version))));
    return future;
  }

  CompletableFuture<Liveness> liveCoordinators() {
    CompletableFuture<Liveness> future = new CompletableFuture<>();
    request(
        future,
        request -> {
          futures.question(request, future);
          step(new ClientEvent.AskLive(request));
        });
    return future;
  }

  CompletableFuture<Void> fenced(CoordinatorEpoch epoch) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    request(
        future,
        request -> {
          futures.report(request, future);
          step(new ClientEvent.ReportFenced(request, epoch));
        });
    return future;
  }

  CompletableFuture<Void> release() {
    CompletableFuture<Void> future = new CompletableFuture<>();
    request(
        future,
        request -> {
          futures.report(request, future);
          window = new Window(0, System.nanoTime());
          step(new ClientEvent.Leave(request));
        });
    return future;
  }

  long wantSnapshot() {
    long reader = lastReader.incrementAndGet();
    post(new ClientEvent.WantSnapshot(reader));
    return reader;
  }

  /** Does nothing once the client is closed. */
  void post(ClientEvent event) {
    try {
      loop.execute(() -> step(event));
    } catch (RejectedExecutionException e) {
      log.debug("event=gtm_client_closed name={}", config.name(), e);
    }
  }

  void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    loop.execute(
        () -> {
          connector.close();
          window = new Window(0, System.nanoTime());
          futures.failAll("the client was closed");
          firstLease.completeExceptionally(GtmClient.unavailable("the client was closed"));
        });
    var _ = group.shutdownGracefully(QUIET_MILLIS, STOP_MILLIS, TimeUnit.MILLISECONDS);
  }

  // What follows runs on the loop.

  @Override
  public void connected() {
    log.info("event=gtm_connected client=\"{}\"", config);
    core.use(connector.hasStandbys() ? ClientTimes.WITH_STANDBYS : ClientTimes.DEFAULT);
    step(new ClientEvent.Connected());
  }

  @Override
  public void received(GtmMessage.FromGtm message) {
    step(new ClientEvent.Received(message));
  }

  @Override
  public void disconnected() {
    step(new ClientEvent.Disconnected());
  }

  private void step(ClientEvent event) {
    for (ClientEffect effect : core.step(event, System.nanoTime())) {
      apply(effect);
    }
    planTick();
  }

  private void planTick() {
    long now = System.nanoTime();
    long regular = now + TICK.toNanos();
    long due = core.deadline(regular, now);
    if (due == regular) {
      dueTick.cancel();
    } else {
      dueTick.planFor(due, now);
    }
  }

  private void apply(ClientEffect effect) {
    switch (effect) {
      case ClientEffect.Send send -> connector.send(send.message());
      case ClientEffect.Reconnect() -> connector.reconnect();
      case ClientEffect.LeaseUntil(long epoch, long nanos) -> window = new Window(epoch, nanos);
      case ClientEffect.LeaseGranted(Lease granted) -> granted(granted);
      case ClientEffect.LeaseSuspended(long epoch) -> suspended(epoch);
      case ClientEffect.LeaseLost(long epoch, boolean superseded) -> lost(epoch, superseded);
      case ClientEffect.RegistrationRefused(String reason) ->
          log.error("event=gtm_registration_refused name={} reason=\"{}\"", config.name(), reason);
      case ClientEffect.GxidsLeased(long from, long toExclusive) -> addGxids(from, toExclusive);
      case ClientEffect.CatalogStale(long version, long epoch) ->
          listener.catalogStale(version, () -> post(new ClientEvent.AckStale(version, epoch)));
      case ClientEffect.CatalogCurrent(long version) -> listener.catalogCurrent(version);
      case ClientEffect.PublishReady(long request, long version) ->
          futures.publishReady(request, version);
      case ClientEffect.Completed(long request) -> futures.completed(request);
      case ClientEffect.LiveAnswer(long request, Liveness liveness) ->
          futures.answered(request, liveness);
      case ClientEffect.Failed(long request, String reason) -> futures.failed(request, reason);
      case ClientEffect.MarkReached(long reached) -> mark = reached;
      case ClientEffect.Victim victim -> listener.victim(victim);
      case ClientEffect.FenceWanted(CoordinatorEpoch epoch) -> listener.fenceWanted(epoch);
      case ClientEffect.Gate order -> listener.gate(order);
      case ClientEffect.PauseTold told -> listener.paused(told.state());
    }
  }

  private void granted(Lease granted) {
    lease = granted;
    log.info("event=gtm_lease_granted name={} epoch={}", config.name(), granted.epoch());
    if (gxids.needsRefill()) {
      refill();
    }
    listener.granted(granted);
    firstLease.complete(granted);
  }

  private void suspended(long epoch) {
    log.warn("event=gtm_lease_suspended name={} epoch={}", config.name(), epoch);
    listener.suspended(epoch);
  }

  private void lost(long epoch, boolean superseded) {
    window = new Window(0, System.nanoTime());
    if (superseded) {
      log.error("event=gtm_name_taken_over name={} epoch={}", config.name(), epoch);
    } else {
      log.warn("event=gtm_lease_lost name={} epoch={}", config.name(), epoch);
    }
    listener.lost(epoch);
  }

  private void addGxids(long from, long toExclusive) {
    gxids.add(from, toExclusive);
    refilling.set(false);
    futures.drawGxids(gxids);
    if (gxids.needsRefill()) {
      refill();
    }
  }

  private void refill() {
    if (refilling.compareAndSet(false, true)) {
      post(new ClientEvent.GxidsNeeded(lastRequest.incrementAndGet()));
    }
  }

  private void endPublish(long request, boolean changed, CompletableFuture<Void> future) {
    futures.report(request, future);
    step(new ClientEvent.EndPublish(request, changed));
  }

  private void withdrawIfCancelled(CompletableFuture<Long> future, long request) {
    if (future.isCancelled()) {
      post(new ClientEvent.EndPublish(request, false));
    }
  }

  private static IllegalArgumentException unknownVersion(long version) {
    return new IllegalArgumentException("no publish of version " + version + " is open here");
  }

  private void request(CompletableFuture<?> future, LongConsumer send) {
    long request = lastRequest.incrementAndGet();
    onLoop(future, () -> send.accept(request));
  }

  private void onLoop(CompletableFuture<?> future, Runnable task) {
    try {
      loop.execute(
          () -> {
            if (closing.get()) {
              future.completeExceptionally(GtmClient.unavailable("the client was closed"));
              return;
            }
            task.run();
          });
    } catch (RejectedExecutionException e) {
      future.completeExceptionally(GtmClient.unavailable("the client was closed"));
    }
  }

  private record Window(long epoch, long until) {
    boolean isOpen() {
      return epoch != 0 && System.nanoTime() - until < 0;
    }
  }
}
