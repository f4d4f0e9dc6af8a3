package dev.drover.deploy.demo;

import dev.drover.agent.postgres.Directories;
import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.StopMode;
import dev.drover.deploy.cluster.ClusterDirectory;
import dev.drover.deploy.cluster.ClusterException;
import dev.drover.deploy.cluster.ClusterSettings;
import dev.drover.deploy.cluster.NodePort;
import dev.drover.deploy.cluster.Supervisor;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * The cluster that the demo runs on, with every member as a process of its own, so that one of them
 * can be killed.
 *
 * <p>Threads: thread-safe; a close waits for a start that is under way.
 */
public final class DemoCluster implements AutoCloseable {
  private static final String USER = "postgres";
  private static final String SOCKET_LIMIT_SECONDS = "60";

  private final ClusterDirectory directory;
  private final boolean isTemporary;
  private final PostgresBinaries binaries;
  private final ClusterSettings settings;
  private Optional<Supervisor> supervisor = Optional.empty();
  private boolean isClosed;

  /** Nothing runs before {@link #start}; a temporary directory is deleted by {@link #close}. */
  public DemoCluster(ClusterDirectory directory, boolean isTemporary) {
    this.directory = directory;
    this.isTemporary = isTemporary;
    this.settings = directory.settings();
    this.binaries = settings.binaries();
  }

  /** Returns when the cluster accepts clients; does nothing once it was closed. */
  public synchronized void start() {
    if (!isClosed) {
      supervisor = Optional.of(Supervisor.start(directory));
    }
  }

  @Override
  public synchronized void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    supervisor.ifPresent(Supervisor::close);
    if (!isTemporary) {
      return;
    }
    try {
      Directories.delete(directory.root());
    } catch (IOException e) {
      throw new ClusterException("cannot delete " + directory.root(), e);
    }
  }

  public int port() {
    return settings.port();
  }

  List<NodePort> datanodes() {
    return settings.datanodes();
  }

  List<NodePort> nodes() {
    return settings.nodes();
  }

  String serverVersion() {
    return binaries.version().text();
  }

  /** A client's connection, by way of the coordinator. */
  Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", USER);
    properties.setProperty("socketTimeout", SOCKET_LIMIT_SECONDS);
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port()), properties);
  }

  /** A look into one PostgreSQL, past the coordinator. */
  Connection connectTo(NodePort node) throws SQLException {
    return server(node).connect();
  }

  /** Ends a node's PostgreSQL by SIGKILL; its agent will find out. */
  void kill(NodePort node) {
    if (!server(node).stop(StopMode.KILL)) {
      throw new ClusterException("the server of %s did not run".formatted(node.name()));
    }
  }

  boolean isUp(NodePort node) {
    try (Connection connection = connectTo(node)) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }

  private PostgresServer server(NodePort node) {
    return directory.server(node, binaries, Lifetime.INDEPENDENT);
  }
}
