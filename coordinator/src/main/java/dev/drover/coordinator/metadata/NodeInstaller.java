package dev.drover.coordinator.metadata;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a datanode out of a server that CREATE NODE names: checks what it must offer, then installs
 * what transactions and tables need there, the cluster's roles, and what the other datanodes have.
 *
 * <p>The server commits before the cluster knows the node. If the cluster never comes to know it,
 * the server is what a node that left is: CREATE NODE empties it and begins anew.
 *
 * <p>Threads: stateless but for what it is given; calls block.
 */
public final class NodeInstaller {
  /** Installs what transactions need on every server; the connection is in autocommit mode. */
  @FunctionalInterface
  public interface TransactionSchema {
    void install(Connection connection) throws SQLException;
  }

  private static final String DATANODES =
      "SELECT name, host, port FROM drover.nodes WHERE id > 0 ORDER BY id";

  private final ClusterBootstrap.Superuser superuser;
  private final TransactionSchema transactionSchema;
  private final ClusterBootstrap.ServerAddress catalog;

  /** {@code superuser} connects as the role {@code drover}. */
  public NodeInstaller(
      ClusterBootstrap.Superuser superuser,
      TransactionSchema transactionSchema,
      ClusterBootstrap.ServerAddress catalog) {
    this.superuser = requireNonNull(superuser);
    this.transactionSchema = requireNonNull(transactionSchema);
    this.catalog = requireNonNull(catalog);
  }

  /**
   * Leaves the server as it was if it cannot be a datanode.
   *
   * @throws SqlError 08001 if it cannot be reached, 55000 naming what it lacks or has too much,
   *     55006 if it is a node already, 0A000 naming what cannot be made on it
   */
  public void prepare(int id, String name, String host, int port) {
    ClusterBootstrap.ServerAddress server =
        new ClusterBootstrap.ServerAddress(name, host, port, "");
    try (Connection catalogConnection = superuser.connect(catalog);
        Connection connection = superuser.connect(server)) {
      JdbcQueries catalogQueries = new JdbcQueries(catalogConnection);
      JdbcQueries node = new JdbcQueries(connection);
      NodeRequirements.check(name, node, NodeRequirements.ClusterFacts.of(catalogQueries));
      NodeHistory history = new NodeHistory(catalogQueries, node, host, port);
      connection.setAutoCommit(false);
      boolean wasNode = history.check();
      connection.rollback();
      ServerSchema schema = schema(catalogQueries);
      connection.setAutoCommit(true);
      transactionSchema.install(connection);
      connection.setAutoCommit(false);
      if (wasNode) {
        history.clear();
      }
      ClusterBootstrap.installDatanode(connection, id, ClusterBootstrap.clusterId(catalogQueries));
      RoleCopy.copy(catalogQueries, node);
      SchemaCopy.copy(schema, node, name);
      connection.commit();
    } catch (SQLException e) {
      throw SqlError.of(
              SqlState.SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION,
              "could not set up server %s:%d of node \"%s\"".formatted(host, port, name))
          .withDetail(e.getMessage() + ".");
    }
  }

  /**
   * What every datanode has, all of which must be alike; without any, what the catalog node has.
   */
  private ServerSchema schema(CatalogQueries catalogQueries) {
    List<ServerSchema> schemas = new ArrayList<>();
    for (List<Optional<String>> row : catalogQueries.query(DATANODES)) {
      Values datanode = new Values(row);
      schemas.add(
          schema(
              new ClusterBootstrap.ServerAddress(
                  datanode.text(0), datanode.text(1), datanode.number(2), "")));
      SchemaCopy.requireAlike(schemas.getFirst(), schemas.getLast(), datanode.text(0));
    }
    return schemas.isEmpty() ? schema(catalog).forDatanodes() : schemas.getFirst();
  }

  private ServerSchema schema(ClusterBootstrap.ServerAddress server) {
    try (Connection connection = superuser.connect(server)) {
      connection.setAutoCommit(false);
      ServerSchema schema = ServerSchema.read(new JdbcQueries(connection));
      connection.rollback();
      return schema;
    } catch (SQLException e) {
      throw SqlError.of(
              SqlState.SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION,
              "could not read the schema of node \"%s\"".formatted(server.name()))
          .withDetail(e.getMessage() + ".");
    }
  }
}
