package dev.drover.redistribute.apply;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Which targets a change concerns; equal rows of a table always the same ones. */
@FunctionalInterface
public interface ChangeRoute {
  /**
   * Ids of the targets, at least one.
   *
   * @param table that the row is of, qualified and quoted, as the source calls it
   * @param row texts of the columns; empty for NULL
   */
  List<Integer> targets(String table, List<Optional<String>> row) throws SQLException;
}
