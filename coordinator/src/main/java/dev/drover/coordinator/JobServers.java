package dev.drover.coordinator;

import dev.drover.coordinator.txn.InDoubtFinisher;
import dev.drover.planner.catalog.Node;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.Failures;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import java.util.function.IntFunction;

/**
 * The servers as jobs reach them: over TCP, as the superuser.
 *
 * <p>Threads: thread-safe; calls block.
 */
record JobServers(IntFunction<Optional<Node>> nodes, String secret) implements Servers {
  private static final String DATABASE = "postgres";
  private static final String CONNECT_LIMIT_SECONDS = "5";

  /** A socket's silence for this long is a dead server: copies and builds report before. */
  private static final String NO_ANSWER_LIMIT = "0";

  @Override
  public Connection connect(int node, String application) throws SQLException {
    return connect(required(node), properties(application));
  }

  @Override
  public Connection replication(int node, String application) throws SQLException {
    Properties properties = properties(application);
    properties.setProperty("replication", "database");
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("assumeMinServerVersion", "15");
    return connect(required(node), properties);
  }

  private static Connection connect(Node node, Properties properties) throws SQLException {
    try {
      return DriverManager.getConnection(url(node), properties);
    } catch (SQLException e) {
      throw new SQLException(
          "node %s cannot be reached: %s".formatted(node.name(), Failures.message(e)),
          e.getSQLState(),
          e);
    }
  }

  @Override
  public String conninfo(int node) throws SQLException {
    Node found = required(node);
    return "host='%s' port=%d dbname=%s user=%s password='%s'"
        .formatted(
            quoted(found.host()),
            found.port(),
            DATABASE,
            InDoubtFinisher.DROVER_ROLE,
            quoted(secret));
  }

  @Override
  public String name(int node) {
    return nodes.apply(node).map(Node::name).orElse("node " + node);
  }

  private Properties properties(String application) {
    Properties properties = new Properties();
    properties.setProperty("user", InDoubtFinisher.DROVER_ROLE);
    properties.setProperty("password", secret);
    properties.setProperty("ApplicationName", application);
    properties.setProperty("connectTimeout", CONNECT_LIMIT_SECONDS);
    properties.setProperty("loginTimeout", CONNECT_LIMIT_SECONDS);
    properties.setProperty("socketTimeout", NO_ANSWER_LIMIT);
    properties.setProperty("tcpKeepAlive", "true");
    return properties;
  }

  private static String url(Node node) {
    return "jdbc:postgresql://%s:%d/%s".formatted(node.host(), node.port(), DATABASE);
  }

  private Node required(int node) throws SQLException {
    return nodes
        .apply(node)
        .orElseThrow(() -> new SQLException("node %d does not exist".formatted(node), "42704"));
  }

  private static String quoted(String value) {
    return value.replace("\\", "\\\\").replace("'", "\\'");
  }

  /** Never shows the secret. */
  @Override
  public String toString() {
    return "JobServers";
  }
}
