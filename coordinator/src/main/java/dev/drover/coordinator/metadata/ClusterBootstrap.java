package dev.drover.coordinator.metadata;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Node;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes a catalog node and datanodes out of plain PostgreSQL servers.
 *
 * <p>May be run again at any time: it creates what is missing, replaces functions and views by
 * those of this release, and updates addresses. Connections are JDBC connections of a superuser to
 * the database that Drover serves.
 */
public final class ClusterBootstrap {
  /**
   * Key of the advisory lock on the catalog node that one schema change at a time holds: droverDD.
   */
  public static final long SCHEMA_LOCK = 0x64726f7665724444L;

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
   * @param datanodes in the order of their ids; of a cluster that has some already, only those are
   *     taken that it knows, each under its id: others come by CREATE NODE or have been dropped
   */
  public static void initialize(
      ServerAddress catalog, List<ServerAddress> datanodes, Superuser superuser)
      throws SQLException {
    Map<Integer, ServerAddress> registered = new LinkedHashMap<>();
    String cluster;
    try (Connection connection = superuser.connect(catalog)) {
      connection.setAutoCommit(false);
      installCatalog(connection);
      cluster = clusterId(new JdbcQueries(connection));
      register(connection, Node.CATALOG_ID, catalog);
      List<String> known =
          datanodes(connection).values().stream().map(ServerAddress::name).toList();
      for (ServerAddress datanode : datanodes) {
        if (known.isEmpty() || known.contains(datanode.name())) {
          int id = register(connection, idOf(connection, datanode.name()), datanode);
          registered.put(id, datanode);
        }
      }
      connection.commit();
    }
    for (Map.Entry<Integer, ServerAddress> datanode : registered.entrySet()) {
      try (Connection connection = superuser.connect(datanode.getValue())) {
        connection.setAutoCommit(false);
        installDatanode(connection, datanode.getKey(), cluster);
        connection.commit();
      }
    }
  }

  /**
   * Brings what another release has made to this one, if need be; the first coordinator of a
   * release does this. Nobody changes the schema meanwhile. The catalog node commits last, so that
   * what was interrupted is done again.
   *
   * @throws SqlError 55000 if a newer release has made the metadata
   */
  public static void upgrade(
      ServerAddress catalog, Superuser superuser, NodeInstaller.TransactionSchema schema)
      throws SQLException {
    try (Connection connection = superuser.connect(catalog)) {
      connection.setAutoCommit(false);
      if (isOfThisRelease(connection)) {
        return;
      }
      lockSchema(connection);
      if (isOfThisRelease(connection)) {
        return;
      }
      MetadataFormat.read(connection).upgrades();
      try (Connection other = superuser.connect(catalog)) {
        schema.install(other);
      }
      installCatalog(connection);
      String cluster = clusterId(new JdbcQueries(connection));
      for (Map.Entry<Integer, ServerAddress> node : datanodes(connection).entrySet()) {
        upgradeDatanode(node.getKey(), cluster, superuser.connect(node.getValue()), schema);
      }
      connection.commit();
    }
  }

  private static void upgradeDatanode(
      int id, String cluster, Connection opened, NodeInstaller.TransactionSchema schema)
      throws SQLException {
    try (Connection connection = opened) {
      schema.install(connection);
      connection.setAutoCommit(false);
      installDatanode(connection, id, cluster);
      connection.commit();
    }
  }

  /** A catalog node without metadata is not of another release: its first use reports it. */
  private static boolean isOfThisRelease(Connection connection) throws SQLException {
    MetadataFormat found = MetadataFormat.read(connection);
    return found.version() == 0 || found.equals(MetadataFormat.ofThisRelease());
  }

  private static void lockSchema(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_catalog.pg_advisory_xact_lock(" + SCHEMA_LOCK + ")");
    }
  }

  private static Map<Integer, ServerAddress> datanodes(Connection connection) throws SQLException {
    Map<Integer, ServerAddress> nodes = new TreeMap<>();
    String sql =
        "SELECT id, name, host, port, socket_directory FROM drover.nodes WHERE id <> "
            + Node.CATALOG_ID;
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        nodes.put(
            rows.getInt(1),
            new ServerAddress(
                rows.getString(2), rows.getString(3), rows.getInt(4), rows.getString(5)));
      }
    }
    return nodes;
  }

  /** The metadata, of whichever older release it was, in the connection's transaction. */
  public static void installCatalog(Connection connection) throws SQLException {
    MetadataFormat found = MetadataFormat.read(connection);
    lockSchema(connection);
    SqlScripts.run(connection, found.upgrades());
    SqlScripts.run(connection, SqlScripts.CATALOG);
    MetadataFormat.ofThisRelease().write(connection);
  }

  /** What tells this cluster's servers from another's. */
  static String clusterId(CatalogQueries catalog) {
    return catalog.query("SELECT id FROM drover.cluster").getFirst().getFirst().orElseThrow();
  }

  /** What tables need on a datanode, in the connection's transaction. */
  static void installDatanode(Connection connection, int id, String cluster) throws SQLException {
    SqlScripts.run(connection, SqlScripts.DATANODE);
    String sql =
        "INSERT INTO drover.this_node (id, cluster) VALUES (?, CAST(? AS uuid))"
            + " ON CONFLICT (one_row) DO UPDATE SET id = excluded.id, cluster = excluded.cluster";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, id);
      statement.setString(2, cluster);
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
