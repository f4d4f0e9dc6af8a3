package dev.drover.redistribute.apply;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Which nodes have a row of the new table; equal rows are always on the same ones. */
@FunctionalInterface
public interface RowRoute {
  /**
   * Ids of the nodes, at least one.
   *
   * @param row texts of the columns; empty for NULL
   */
  List<Integer> nodes(List<Optional<String>> row) throws SQLException;
}
