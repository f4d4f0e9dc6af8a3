package dev.drover.coordinator;

import dev.drover.coordinator.metadata.ClusterBootstrap;
import dev.drover.coordinator.metadata.ClusterBootstrap.ServerAddress;
import dev.drover.coordinator.metadata.JdbcQueries;
import dev.drover.coordinator.metadata.NodeInstaller;
import dev.drover.coordinator.metadata.NodeRequirements;
import dev.drover.coordinator.txn.InDoubtFinisher;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers as the superuser sees them: makes datanodes of them, and checks that they place rows
 * as routing does.
 *
 * <p>Threads: thread-safe; calls block.
 */
final class NodeServers {
  private static final Logger LOG = LoggerFactory.getLogger(NodeServers.class);
  private static final String CONNECT_LIMIT_SECONDS = "5";
  private static final String ANSWER_LIMIT_SECONDS = "30";
  private static final String DATABASE = "postgres";
  private static final String LOOPBACK = "127.0.0.1";

  /** What the driver and the server say when none was given. */
  private static final List<String> WITHOUT_PASSWORD = List.of("08004", "28000", "28P01");

  private final CoordinatorConfig config;
  private final NodeInstaller installer;
  private final NodeInstaller.TransactionSchema schema;
  private final ServerAddress catalog;

  NodeServers(CoordinatorConfig config, NodeInstaller.TransactionSchema schema) {
    this.config = config;
    this.schema = schema;
    this.catalog =
        new ServerAddress("catalog", config.catalogHost().host(), config.catalogHost().port(), "");
    this.installer = new NodeInstaller(this::connect, schema, catalog);
  }

  /** As {@link ClusterBootstrap#upgrade}. */
  void upgrade() {
    try {
      ClusterBootstrap.upgrade(catalog, this::connect, schema);
    } catch (SQLException e) {
      throw SqlError.of(
              SqlState.CANNOT_CONNECT_NOW, "the cluster's metadata could not be brought up to date")
          .withDetail(e.getMessage() + ".");
    }
  }

  /**
   * As {@link NodeInstaller#prepare}; a host that begins with a slash is the folder of a socket on
   * this machine.
   *
   * @throws SqlError 55000 also if the server asks clients for a password and the cluster does not
   */
  void prepare(int id, String name, String host, int port) {
    if (host.startsWith("/")) {
      installer.prepare(id, name, LOOPBACK, port);
      return;
    }
    if (config.trustLoopback() && asksForPassword(host, port)) {
      throw SqlError.of(
              SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
              "server %s:%d of node \"%s\" asks for a password, and clients of this cluster have none"
                  .formatted(host, port, name))
          .withHint(
              "Let the server trust this machine, name the folder of its socket as HOST, or run the"
                  + " cluster with SCRAM authentication.");
    }
    installer.prepare(id, name, host, port);
  }

  /** False also for a server that cannot be reached, which is told otherwise. */
  private static boolean asksForPassword(String host, int port) {
    Properties properties = new Properties();
    properties.setProperty("user", InDoubtFinisher.DROVER_ROLE);
    properties.setProperty("connectTimeout", CONNECT_LIMIT_SECONDS);
    properties.setProperty("loginTimeout", CONNECT_LIMIT_SECONDS);
    String url = "jdbc:postgresql://%s:%d/%s".formatted(host, port, DATABASE);
    try (Connection _ = DriverManager.getConnection(url, properties)) {
      return false;
    } catch (SQLException e) {
      return WITHOUT_PASSWORD.contains(Optional.ofNullable(e.getSQLState()).orElse(""));
    }
  }

  /**
   * The start-up test of the routing hash, on all nodes at once. A node that cannot be reached is
   * passed over: the others' clients need not wait for it.
   *
   * @throws dev.drover.pgwire.SqlError 55000 naming the node and the types that it places otherwise
   */
  void checkHashes(Collection<Node> nodes, Executor blocking) {
    List<CompletableFuture<Void>> checks =
        nodes.stream()
            .filter(node -> node.id() != Node.CATALOG_ID)
            .map(node -> CompletableFuture.runAsync(() -> checkHashes(node), blocking))
            .toList();
    try {
      CompletableFuture.allOf(checks.toArray(CompletableFuture<?>[]::new)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** As the superuser of the node. */
  Connection connect(Node node) throws SQLException {
    return connect(new ServerAddress(node.name(), node.host(), node.port(), ""));
  }

  /** As the superuser of the catalog node. */
  Connection connectCatalog() throws SQLException {
    return connect(catalog);
  }

  private void checkHashes(Node node) {
    try (Connection connection = connect(node)) {
      connection.setAutoCommit(false);
      NodeRequirements.checkHashes(node.name(), new JdbcQueries(connection));
      connection.rollback();
    } catch (SQLException e) {
      LOG.warn("event=hash_check_skipped node={} reason={}", node.name(), e.getMessage());
    }
  }

  private Connection connect(ServerAddress server) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", InDoubtFinisher.DROVER_ROLE);
    properties.setProperty("password", config.secret());
    properties.setProperty("ApplicationName", "drover " + config.name());
    properties.setProperty("connectTimeout", CONNECT_LIMIT_SECONDS);
    properties.setProperty("loginTimeout", CONNECT_LIMIT_SECONDS);
    properties.setProperty("socketTimeout", ANSWER_LIMIT_SECONDS);
    String url = "jdbc:postgresql://%s:%d/%s".formatted(server.host(), server.port(), DATABASE);
    return DriverManager.getConnection(url, properties);
  }
}
