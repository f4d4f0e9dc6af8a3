package dev.drover.agent;

import dev.drover.agent.AgentStatus.State;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.ServerFailedException;
import dev.drover.agent.postgres.StopMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The supervisor of one PostgreSQL server: starts it, starts it again when it dies, stops it.
 *
 * <p>Invariant: a server that is READY has the schema {@code drover}.
 *
 * <p>Threads: thread-safe. One thread of its own does all starting; close waits for it.
 */
public final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Duration STEADY = Duration.ofSeconds(30);

  private final String node;
  private final PostgresServer server;
  private final Consumer<AgentStatus> listener;
  private final AtomicReference<AgentStatus> status;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  private Agent(String node, PostgresServer server, Consumer<AgentStatus> listener) {
    this.node = node;
    this.server = server;
    this.listener = listener;
    this.status = new AtomicReference<>(new AgentStatus(node, State.STARTING, 0, 0));
    this.thread = Thread.ofPlatform().name("agent-" + node).unstarted(this::watch);
  }

  /**
   * Returns when the server is ready; one that cannot be started at all is an error.
   *
   * @param listener is told of every change, by the agent's threads; it must not block
   */
  public static Agent start(String node, PostgresServer server, Consumer<AgentStatus> listener) {
    Agent agent = new Agent(node, server, listener);
    listener.accept(agent.status());
    agent.startServer();
    agent.publish(State.READY);
    agent.thread.start();
    return agent;
  }

  public AgentStatus status() {
    return status.get();
  }

  /** Stops the server, ending its sessions. */
  @Override
  public void close() {
    closing.countDown();
    server.stop(StopMode.FAST);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.stop(StopMode.FAST);
    publish(State.STOPPED);
  }

  private void watch() {
    Duration pause = FIRST_PAUSE;
    while (!isClosing(Duration.ZERO)) {
      long readyNanos = System.nanoTime();
      server.onExit().join();
      if (System.nanoTime() - readyNanos > STEADY.toNanos()) {
        pause = FIRST_PAUSE;
      }
      if (isClosing(Duration.ZERO)) {
        return;
      }
      LOG.warn("event=postgres_died node={} restarts={}", node, status().restarts());
      publish(State.CRASHED);
      pause = restartAfter(pause);
    }
  }

  /**
   * Tries until the server is up or the agent closes; returns the pause before the next restart.
   */
  private Duration restartAfter(Duration firstPause) {
    Duration pause = firstPause;
    while (!isClosing(pause)) {
      pause = longer(pause);
      try {
        startServer();
        AgentStatus before = status();
        status.set(new AgentStatus(node, before.state(), 0, before.restarts() + 1));
        publish(State.READY);
        return pause;
      } catch (ServerFailedException e) {
        LOG.warn("event=postgres_restart_failed node={} pause={}", node, pause, e);
      }
    }
    return pause;
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
  }

  private void startServer() {
    server.start();
    try (Connection connection = server.connect()) {
      NodeSchema.install(connection);
    } catch (SQLException e) {
      throw new ServerFailedException(
          "cannot connect to node %s: %s".formatted(node, e.getMessage()), e);
    }
  }

  private void publish(State state) {
    AgentStatus current = new AgentStatus(node, state, server.processId(), status.get().restarts());
    status.set(current);
    LOG.info("event=agent_state node={} state={}", node, state);
    listener.accept(current);
  }

  /** Waits so long for the order to close. */
  private boolean isClosing(Duration limit) {
    try {
      return closing.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
