package dev.drover.deploy.cluster;

import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.coordinator.metadata.ClusterBootstrap;
import dev.drover.coordinator.metadata.ClusterBootstrap.ServerAddress;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The cluster's metadata on its servers, brought to this release at every start. */
final class Metadata {
  private static final String HOST = "127.0.0.1";

  private Metadata() {}

  /** The servers run; no coordinator does yet. */
  static void install(ClusterDirectory directory, ClusterSettings settings) {
    PostgresBinaries binaries = settings.binaries();
    Map<String, PostgresServer> servers = new LinkedHashMap<>();
    for (NodePort node : settings.nodes()) {
      servers.put(node.name(), directory.server(node, binaries, Lifetime.INDEPENDENT));
    }
    List<ServerAddress> datanodes =
        settings.datanodes().stream().map(node -> address(servers.get(node.name()), node)).toList();
    ServerAddress catalog = address(servers.get(NodePort.CATALOG), settings.catalog());
    try {
      ClusterBootstrap.initialize(
          catalog, datanodes, address -> servers.get(address.name()).connect());
    } catch (SQLException e) {
      throw new ClusterException("cannot install the cluster's metadata: " + e.getMessage(), e);
    }
  }

  private static ServerAddress address(PostgresServer server, NodePort node) {
    return new ServerAddress(node.name(), HOST, node.port(), server.socketDirectory().toString());
  }
}
