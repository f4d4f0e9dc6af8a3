package dev.drover.redistribute.job;

import java.sql.Connection;
import java.sql.SQLException;

/** Where the jobs are written down. */
@FunctionalInterface
public interface CatalogNode {
  /** A new connection of the role {@code drover}, in autocommit mode; the caller closes it. */
  Connection connect() throws SQLException;
}
