package dev.drover.agent.recovery;

import dev.drover.agent.postgres.Secret;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes what dead coordinators left in doubt, once a second and when it is woken.
 *
 * <p>Every agent has one; a lock on the catalog node lets one of them work at a time. That saves
 * work and is not what makes it right: two at once would come to the same decisions.
 *
 * <p>Threads: thread-safe; it works on a thread of its own.
 */
public final class Resolver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final NodeSessions sessions;
  private final Sweep sweep;
  private final Semaphore wakeups = new Semaphore(0);
  private final Thread thread;
  private volatile boolean isClosing;
  private volatile RecoveryFigures figures = RecoveryFigures.NONE;

  private Resolver(NodeSessions sessions, CoordinatorLiveness liveness) {
    this.sessions = sessions;
    this.sweep = new Sweep(sessions, liveness, SweepClock.SYSTEM);
    this.thread = Thread.ofPlatform().daemon().name("resolver").unstarted(this::run);
  }

  /**
   * Begins to sweep.
   *
   * @param secret the password of {@code drover} on every node
   */
  public static Resolver start(
      NodeEndpoint catalog, NodeDirectory directory, Secret secret, CoordinatorLiveness liveness) {
    Resolver resolver = new Resolver(NodeSessions.of(catalog, directory, secret), liveness);
    resolver.thread.start();
    return resolver;
  }

  RecoveryFigures figures() {
    return figures;
  }

  /** Asks for a sweep now. */
  public void wake() {
    wakeups.release();
  }

  /** Returns when the sweep at hand is done. */
  @Override
  public void close() {
    isClosing = true;
    wake();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (sessions) {
      while (!isClosing) {
        sweepSafely();
        if (wakeups.tryAcquire(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
          wakeups.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A sweep that fails leaves its work to the next one. */
  private void sweepSafely() {
    try {
      OptionalInt finished = sweep.inTurn();
      figures =
          finished.isPresent()
              ? figures.swept(finished.getAsInt(), sweep.inDoubt())
              : figures.idle();
    } catch (RuntimeException e) {
      figures = figures.failed();
      LOG.error("event=sweep_failed", e);
    }
  }
}
