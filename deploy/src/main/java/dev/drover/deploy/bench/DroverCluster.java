package dev.drover.deploy.bench;

import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.deploy.cluster.ClusterDirectory;
import dev.drover.deploy.cluster.ClusterHealth;
import dev.drover.deploy.cluster.ClusterHealth.MemberHealth;
import dev.drover.deploy.cluster.ClusterPlan;
import dev.drover.deploy.cluster.ClusterSettings;
import dev.drover.deploy.cluster.EmbeddedNodes;
import dev.drover.deploy.cluster.NodePort;
import dev.drover.deploy.cluster.Supervisor;
import dev.drover.deploy.nodes.NodeChange;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A cluster of three datanodes, each member a process of its own.
 *
 * <p>Threads: confined to one.
 */
final class DroverCluster implements Contender {
  private static final int DATANODES = 3;
  private static final String COORDINATOR = "coordinator";

  private final ClusterDirectory directory;
  private final ClusterSettings settings;
  private final PostgresBinaries binaries;
  private final Supervisor supervisor;
  private final List<MemberHealth> members;

  private DroverCluster(ClusterDirectory directory, Supervisor supervisor) {
    this.directory = directory;
    this.settings = directory.settings();
    this.binaries = settings.binaries();
    this.supervisor = supervisor;
    this.members = ClusterHealth.of(directory);
  }

  static DroverCluster start(String postgres, Path home, int port) {
    ClusterDirectory directory = new ClusterDirectory(home);
    new ClusterPlan(
            Optional.of(DATANODES),
            Optional.empty(),
            Optional.of(port),
            Optional.of(postgres),
            Optional.empty(),
            Optional.empty(),
            Optional.empty())
        .apply(directory);
    return new DroverCluster(directory, Supervisor.start(directory));
  }

  @Override
  public String name() {
    return "drover";
  }

  @Override
  public int port() {
    return settings.port();
  }

  @Override
  public String distributedBy(String column) {
    return " DISTRIBUTE BY HASH (%s)".formatted(column);
  }

  @Override
  public List<Connection> serverConnections() throws SQLException {
    List<Connection> connections = new ArrayList<>();
    for (NodePort node : settings.nodes()) {
      connections.add(directory.server(node, binaries, Lifetime.INDEPENDENT).connect());
    }
    return connections;
  }

  /** A superuser's connection to one node, past the coordinator. */
  Connection server(String node) throws SQLException {
    return directory
        .server(directory.settings().node(node), binaries, Lifetime.INDEPENDENT)
        .connect();
  }

  /** Starts one more server, and returns when it has its share of all tables. */
  void addNode() {
    try (NodeChange change = NodeChange.of(directory)) {
      String node = change.freeName();
      EmbeddedNodes.Place added = EmbeddedNodes.start(directory, node);
      change.add(node, added.socketDirectory(), added.port());
    }
  }

  @Override
  public List<Long> processes() {
    return members.stream().flatMap(member -> member.processId().stream()).toList();
  }

  @Override
  public List<Long> coordinators() {
    return members.stream()
        .filter(member -> member.name().equals(COORDINATOR))
        .flatMap(member -> member.processId().stream())
        .toList();
  }

  @Override
  public void close() {
    supervisor.close();
  }
}
