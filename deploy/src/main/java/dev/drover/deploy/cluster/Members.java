package dev.drover.deploy.cluster;

import dev.drover.agent.Agent;
import dev.drover.agent.AgentStatus;
import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import java.util.List;
import java.util.function.Consumer;

/** Starts members inside this process, from what the cluster's directory says. */
public final class Members {
  private final ClusterDirectory directory;
  private final ClusterSettings settings;
  private final Lifetime lifetime;

  public Members(ClusterDirectory directory, Lifetime lifetime) {
    this.directory = directory;
    this.settings = directory.settings();
    this.lifetime = lifetime;
  }

  /** The GTM; it listens when this returns. */
  public AutoCloseable startGtm() {
    return () -> {};
  }

  /** The agent of a node; its server accepts connections when this returns. */
  public Agent startAgent(String node) {
    return startAgent(node, status -> recordStatus(directory, status));
  }

  Agent startAgent(String node, Consumer<AgentStatus> listener) {
    PostgresBinaries binaries = settings.binaries();
    PostgresServer server = directory.server(settings.node(node), binaries, lifetime);
    NodeStorage.create(directory, settings, List.of(server));
    return Agent.start(node, server, listener);
  }

  /** A coordinator; it accepts clients when this returns. */
  public AutoCloseable startCoordinator(int id) {
    return () -> {};
  }

  private static void recordStatus(ClusterDirectory directory, AgentStatus status) {
    ClusterDirectory.replace(
        directory.runFile(status.node() + ".status"),
        "state = %s\nserver = %d\nrestarts = %d\n"
            .formatted(status.state(), status.serverProcessId(), status.restarts()));
  }
}
