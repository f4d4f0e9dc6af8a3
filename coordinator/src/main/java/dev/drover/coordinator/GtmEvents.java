package dev.drover.coordinator;

import dev.drover.coordinator.catalog.CatalogCache;
import dev.drover.coordinator.session.Roles;
import dev.drover.coordinator.snapshot.AloneTime;
import dev.drover.coordinator.snapshot.GateRelay;
import dev.drover.coordinator.txn.ClusterPause;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.gtm.client.GtmClient;
import dev.drover.gtm.client.Lease;
import dev.drover.gtm.protocol.GtmMessage.PauseState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the GTM tells this coordinator, handed to the parts that it concerns.
 *
 * <p>Threads: called on the GTM client's thread; hands over without blocking.
 */
final class GtmEvents implements GtmClient.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(GtmEvents.class);

  /** What events reach. */
  record Parts(
      CatalogCache catalog,
      List<LoopServices> loops,
      Roles roles,
      GateRelay gate,
      ClusterPause pause) {
    Parts {
      loops = List.copyOf(loops);
    }
  }

  private final CompletableFuture<Lease> firstLease = new CompletableFuture<>();
  private final CompletableFuture<Long> firstVersion = new CompletableFuture<>();
  private Optional<Parts> parts = Optional.empty();
  private long newestVersion;
  private boolean stale;
  private final AloneTime alone;
  private final CompletableFuture<ClusterPause> pause = new CompletableFuture<>();

  GtmEvents(AloneTime alone) {
    this.alone = alone;
  }

  /** Waits for the lease and the catalog version; the version. */
  long awaitStart(long timeoutSeconds) {
    try {
      firstLease.get(timeoutSeconds, TimeUnit.SECONDS);
      return firstVersion.get(timeoutSeconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the GTM", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the GTM gave no lease in time", e);
    }
  }

  /** From now on events reach these. */
  synchronized void attach(Parts ready) {
    parts = Optional.of(ready);
    pause.complete(ready.pause());
    if (stale) {
      ready.catalog().stale();
    } else {
      ready.catalog().current(newestVersion);
    }
  }

  @Override
  public void leaseGranted(Lease lease) {
    firstLease.complete(lease);
  }

  @Override
  public synchronized void leaseLost(long epoch) {
    LOG.warn("event=lease_lost epoch={}", epoch);
    parts.ifPresent(p -> p.loops().forEach(l -> l.loop().execute(() -> epochEnded(l))));
  }

  private static void epochEnded(LoopServices loop) {
    loop.pool().closeIdle();
    loop.registry().forEach(Transaction::epochEnded);
  }

  /** The acknowledgement goes out once every loop has passed the point. */
  @Override
  public synchronized void catalogStale(long version, Runnable ack) {
    stale = true;
    if (parts.isEmpty()) {
      ack.run();
      return;
    }
    parts.get().catalog().stale();
    AtomicInteger left = new AtomicInteger(parts.get().loops().size());
    for (LoopServices loop : parts.get().loops()) {
      loop.loop()
          .execute(
              () -> {
                if (left.decrementAndGet() == 0) {
                  ack.run();
                }
              });
    }
  }

  @Override
  public synchronized void catalogCurrent(long version) {
    stale = false;
    newestVersion = version;
    firstVersion.complete(version);
    parts.ifPresent(
        p -> {
          p.roles().forgetInfos();
          p.catalog().current(version);
        });
  }

  @Override
  public void aloneUntil(long nanos) {
    alone.until(nanos);
  }

  @Override
  public synchronized void closeGate(long window) {
    parts.ifPresent(p -> p.gate().close(window));
  }

  @Override
  public synchronized void holdGate(long window) {
    parts.ifPresent(p -> p.gate().hold(window));
  }

  @Override
  public synchronized void takeSnapshot(long window, long through) {
    parts.ifPresent(p -> p.gate().take(window, through));
  }

  @Override
  public synchronized void openGate(long window, boolean valid) {
    parts.ifPresent(p -> p.gate().open(valid));
  }

  @Override
  public void paused(PauseState state) {
    LOG.info("event=cluster_pause state={}", state);
    var _ = pause.thenAccept(p -> p.told(state));
  }

  @Override
  public synchronized void victim(long transaction, String node, int pid) {
    LOG.info("event=deadlock_victim transaction={} node={} pid={}", transaction, node, pid);
    parts.ifPresent(
        p ->
            p.loops()
                .forEach(
                    l ->
                        l.loop()
                            .execute(
                                () ->
                                    l.registry()
                                        .with(transaction, t -> t.waits().chooseAsVictim(pid)))));
  }
}
