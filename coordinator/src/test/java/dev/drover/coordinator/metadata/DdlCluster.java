package dev.drover.coordinator.metadata;

import dev.drover.agent.NodeSchema;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.TemporaryServers;
import dev.drover.planner.catalog.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A catalog node, two datanodes and a spare server, bootstrapped, with DDL run by plain JDBC and
 * real 2PC.
 */
final class DdlCluster implements AutoCloseable {
  static final int DATANODES = 2;

  /** A server that is no node yet. */
  static final int SPARE = DATANODES + 1;

  private final TemporaryServers servers;
  private final List<PostgresServer> nodes = new ArrayList<>();

  private DdlCluster(TemporaryServers servers) {
    this.servers = servers;
  }

  static DdlCluster start(PostgresBinaries binaries) throws SQLException {
    DdlCluster cluster = startServers(binaries);
    for (int node = 0; node <= DATANODES; node++) {
      try (Connection connection = cluster.connect(node)) {
        NodeSchema.install(connection);
      }
    }
    cluster.bootstrap();
    cluster.createRoles();
    return cluster;
  }

  /** Without anything of Drover's. */
  static DdlCluster startServers(PostgresBinaries binaries) throws SQLException {
    DdlCluster cluster = new DdlCluster(TemporaryServers.open(binaries));
    Map<String, String> settings =
        Map.of("max_prepared_transactions", "20", "max_locks_per_transaction", "256");
    cluster.nodes.add(cluster.servers.start("catalog", settings));
    for (int i = 1; i <= SPARE; i++) {
      cluster.nodes.add(cluster.servers.start("dn" + i, settings));
    }
    return cluster;
  }

  void createRoles() throws SQLException {
    for (int node = 0; node <= DATANODES; node++) {
      try (Connection connection = connect(node);
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE ROLE alice; CREATE ROLE bob; CREATE ROLE root SUPERUSER");
        statement.execute("GRANT ALL ON SCHEMA public TO PUBLIC");
      }
    }
  }

  /** As a coordinator does when it starts. */
  void upgrade() throws SQLException {
    ClusterBootstrap.upgrade(
        address("catalog", nodes.getFirst()),
        server -> connect(number(server)),
        NodeSchema::install);
  }

  NodeInstaller installer() {
    return new NodeInstaller(
        server -> connect(number(server)),
        NodeSchema::install,
        address("catalog", nodes.getFirst()));
  }

  private static int number(ClusterBootstrap.ServerAddress server) {
    return server.name().equals("catalog") ? 0 : Integer.parseInt(server.name().substring(2));
  }

  void bootstrap() throws SQLException {
    List<ClusterBootstrap.ServerAddress> datanodes = new ArrayList<>();
    for (int i = 1; i <= DATANODES; i++) {
      datanodes.add(address("dn" + i, nodes.get(i)));
    }
    ClusterBootstrap.initialize(
        address("catalog", nodes.getFirst()), datanodes, server -> connect(number(server)));
  }

  private static ClusterBootstrap.ServerAddress address(String name, PostgresServer server) {
    return new ClusterBootstrap.ServerAddress(
        name, "127.0.0.1", server.port(), server.socketDirectory().toString());
  }

  /** As the superuser. */
  Connection connect(int node) throws SQLException {
    return nodes.get(node).connect();
  }

  DdlSession session(String role) throws SQLException {
    return new DdlSession(this, role);
  }

  /** What a query answers on one server, rows joined by line breaks and values by bars. */
  String ask(int node, String sql) throws SQLException {
    try (Connection connection = connect(node)) {
      return DdlSession.text(new JdbcQueries(connection).query(sql));
    }
  }

  String askCatalog(String sql) throws SQLException {
    return ask(Node.CATALOG_ID, sql);
  }

  @Override
  public void close() {
    servers.close();
  }
}
