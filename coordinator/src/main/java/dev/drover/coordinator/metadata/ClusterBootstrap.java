package dev.drover.coordinator.metadata;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.catalog.Node;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a catalog node and datanodes out of plain PostgreSQL servers.
 *
 * <p>May be run again at any time: it creates what is missing, replaces functions and views by
 * those of this release, and updates addresses. Connections are JDBC connections of a superuser to
 * the database that Drover serves.
 */
public final class ClusterBootstrap {
  private ClusterBootstrap() {}

  /**
   * Where a server is.
   *
   * @param socketDirectory folder of its Unix socket; empty if it is reached by TCP
   */
  public record ServerAddress(String name, String host, int port, String socketDirectory) {
    public ServerAddress {
      requireNonNull(name);
      requireNonNull(host);
      requireNonNull(socketDirectory);
    }
  }

  /** Opens connections to servers as a superuser. */
  @FunctionalInterface
  public interface Superuser {
    Connection connect(ServerAddress server) throws SQLException;
  }

  /**
   * Installs the metadata on the catalog node and Drover's functions on each datanode, and
   * registers them all. The servers have what transactions need already, as {@link
   * NodeInstaller.TransactionSchema} makes it.
   *
   * @param datanodes in the order of their ids, if they are new; a known name keeps its id
   */
  public static void initialize(
      ServerAddress catalog, List<ServerAddress> datanodes, Superuser superuser)
      throws SQLException {
    List<Integer> ids = new ArrayList<>();
    try (Connection connection = superuser.connect(catalog)) {
      connection.setAutoCommit(false);
      installCatalog(connection);
      register(connection, Node.CATALOG_ID, catalog);
      for (ServerAddress datanode : datanodes) {
        ids.add(register(connection, idOf(connection, datanode.name()), datanode));
      }
      connection.commit();
    }
    for (int i = 0; i < ids.size(); i++) {
      try (Connection connection = superuser.connect(datanodes.get(i))) {
        connection.setAutoCommit(false);
        installDatanode(connection, ids.get(i));
        connection.commit();
      }
    }
  }

  /** The metadata, in the connection's transaction. */
  public static void installCatalog(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet exists =
          statement.executeQuery("SELECT to_regclass('drover.format') IS NOT NULL")) {
        exists.next();
        if (exists.getBoolean(1)) {
          requireKnownFormat(statement);
        }
      }
    }
    SqlScripts.run(connection, SqlScripts.CATALOG);
  }

  private static void requireKnownFormat(Statement statement) throws SQLException {
    try (ResultSet format = statement.executeQuery("SELECT version FROM drover.format")) {
      if (format.next()) {
        Metadata.requireKnownFormat(format.getInt(1));
      }
    }
  }

  /** What tables need on a datanode, in the connection's transaction. */
  public static void installDatanode(Connection connection, int id) throws SQLException {
    SqlScripts.run(connection, SqlScripts.DATANODE);
    String sql =
        "INSERT INTO drover.this_node (id) VALUES (?)"
            + " ON CONFLICT (one_row) DO UPDATE SET id = excluded.id";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, id);
      statement.executeUpdate();
    }
  }

  /** The id that a node has, or gets if its name is new. */
  private static int idOf(Connection connection, String name) throws SQLException {
    String sql =
        "SELECT coalesce((SELECT id FROM drover.nodes WHERE name = ?),"
            + " nextval('drover.node_id')::integer)";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, name);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getInt(1);
      }
    }
  }

  private static int register(Connection connection, int id, ServerAddress server)
      throws SQLException {
    String sql =
        """
        INSERT INTO drover.nodes (id, name, host, port, socket_directory) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, host = excluded.host,
          port = excluded.port, socket_directory = excluded.socket_directory\
        """;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, id);
      statement.setString(2, server.name());
      statement.setString(3, server.host());
      statement.setInt(4, server.port());
      statement.setString(5, server.socketDirectory());
      statement.executeUpdate();
    }
    return id;
  }
}
