package dev.drover.deploy.cluster;

import dev.drover.agent.Agent;
import dev.drover.agent.AgentStatus;
import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.coordinator.Coordinator;
import dev.drover.coordinator.CoordinatorConfig;
import dev.drover.coordinator.metadata.ClusterBootstrap;
import dev.drover.gtm.Gtm;
import dev.drover.gtm.GtmConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
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
    Path secretFile = directory.secretFile();
    Properties properties = new Properties();
    properties.setProperty("gtm.port", String.valueOf(settings.gtmPort()));
    properties.setProperty("gtm.data_dir", directory.gtmDirectory().toString());
    properties.setProperty("gtm.secret_file", secretFile.toString());
    properties.setProperty("gtm.lock_password_file", secretFile.toString());
    try {
      return Gtm.start(GtmConfig.from(properties));
    } catch (IOException e) {
      throw new ClusterException("the GTM did not start: " + e.getMessage(), e);
    }
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
    bootstrap();
    PostgresServer catalog = server(settings.catalog());
    CoordinatorConfig.Endpoint catalogEndpoint = local(settings.catalog().port());
    return Coordinator.start(
        new CoordinatorConfig(
            "coordinator" + id,
            local(settings.coordinatorPorts().get(id - 1)),
            local(settings.gtmPort()),
            directory.secret().password(),
            catalogEndpoint,
            catalog.socketDirectory().toString(),
            settings.access().auth() == Auth.TRUST,
            CoordinatorConfig.defaultEventLoops(),
            Duration.ofSeconds(30)));
  }

  private static CoordinatorConfig.Endpoint local(int port) {
    return new CoordinatorConfig.Endpoint("127.0.0.1", port);
  }

  private PostgresServer server(NodePort node) {
    return directory.server(node, settings.binaries(), lifetime);
  }

  /** Metadata on the catalog node and Drover's functions on every server; again does nothing. */
  private void bootstrap() {
    Map<String, PostgresServer> servers = new HashMap<>();
    settings.nodes().forEach(node -> servers.put(node.name(), server(node)));
    try {
      ClusterBootstrap.initialize(
          address(settings.catalog(), servers),
          settings.datanodes().stream().map(node -> address(node, servers)).toList(),
          node -> servers.get(node.name()).connect());
    } catch (SQLException e) {
      throw new ClusterException("the catalog could not be set up: " + e.getMessage(), e);
    }
  }

  private static ClusterBootstrap.ServerAddress address(
      NodePort node, Map<String, PostgresServer> servers) {
    return new ClusterBootstrap.ServerAddress(
        node.name(),
        "127.0.0.1",
        node.port(),
        servers.get(node.name()).socketDirectory().toString());
  }

  private static void recordStatus(ClusterDirectory directory, AgentStatus status) {
    ClusterDirectory.replace(
        directory.runFile(status.node() + ".status"),
        "state = %s\nserver = %d\nrestarts = %d\n"
            .formatted(status.state(), status.serverProcessId(), status.restarts()));
  }
}
