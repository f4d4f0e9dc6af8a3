package dev.drover.redistribute.change;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * The servers of the cluster as the superuser {@code drover}.
 *
 * <p>Threads: thread-safe; calls block.
 */
public interface Servers {
  /**
   * A connection to a node for work that may take long, in autocommit mode; the caller closes it.
   *
   * @param application tells others what it is for
   */
  Connection connect(int node, String application) throws SQLException;

  /** A connection that speaks the replication protocol: simple queries only. */
  Connection replication(int node, String application) throws SQLException;

  /** How another server connects to a node, as libpq reads it; holds the secret. */
  String conninfo(int node) throws SQLException;

  /** For messages. */
  String name(int node);
}
