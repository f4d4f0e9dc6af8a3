package dev.drover.coordinator.metadata;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Makes a datanode out of a server that CREATE NODE names: checks what it must offer, then installs
 * what transactions and tables need there, and the cluster's roles.
 *
 * <p>Threads: stateless but for what it is given; calls block.
 */
public final class NodeInstaller {
  /** Objects that statements may count on, and that a new node would lack. */
  private static final String USER_OBJECTS =
      """
      SELECT EXISTS (SELECT FROM pg_namespace WHERE oid >= 16384
          AND nspname <> 'drover' AND nspname NOT LIKE 'pg\\_%')
        OR EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
          WHERE p.oid >= 16384 AND n.nspname NOT IN ('drover', 'pg_catalog'))
        OR EXISTS (SELECT FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
          WHERE t.oid >= 16384 AND n.nspname NOT IN ('drover', 'pg_catalog')
            AND n.nspname NOT LIKE 'pg\\_%')\
      """;

  /** Installs what transactions need on every server; the connection is in autocommit mode. */
  @FunctionalInterface
  public interface TransactionSchema {
    void install(Connection connection) throws SQLException;
  }

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
   * @throws SqlError 08001 if it cannot be reached, 55000 naming what it lacks, 0A000 if the
   *     cluster has objects of users already
   */
  public void prepare(int id, String name, String host, int port) {
    ClusterBootstrap.ServerAddress server =
        new ClusterBootstrap.ServerAddress(name, host, port, "");
    try (Connection catalogConnection = superuser.connect(catalog);
        Connection connection = superuser.connect(server)) {
      JdbcQueries catalogQueries = new JdbcQueries(catalogConnection);
      requireNoUserObjects(catalogQueries);
      JdbcQueries node = new JdbcQueries(connection);
      NodeRequirements.check(name, node, NodeRequirements.ClusterFacts.of(catalogQueries));
      transactionSchema.install(connection);
      connection.setAutoCommit(false);
      ClusterBootstrap.installDatanode(connection, id);
      RoleCopy.copy(catalogQueries, node);
      connection.commit();
    } catch (SQLException e) {
      throw SqlError.of(
              SqlState.SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION,
              "could not set up server %s:%d of node \"%s\"".formatted(host, port, name))
          .withDetail(e.getMessage() + ".");
    }
  }

  private static void requireNoUserObjects(CatalogQueries catalog) {
    boolean any =
        catalog.query(USER_OBJECTS).getFirst().getFirst().map(v -> v.equals("t")).orElse(false);
    if (any) {
      throw SqlError.notSupported(
              "adding a node to a cluster that has schemas, types or functions of users is not"
                  + " supported yet")
          .withHint("Create all nodes first.");
    }
  }
}
