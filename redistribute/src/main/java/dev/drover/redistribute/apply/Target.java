package dev.drover.redistribute.apply;

import dev.drover.redistribute.decode.Position;
import java.sql.SQLException;
import java.util.Map;

/** The new table on one node, with how far it has got. */
interface Target {
  /** The last change of each source that is in the table. */
  Map<Integer, Position> progress() throws SQLException;

  /**
   * In one transaction: rows go, rows come, the progress is written down.
   *
   * @param from the progress that is there; another one means that somebody else works on it
   * @throws SQLException with {@code 40001} then; with {@code 23505} or {@code 23P01} if a row that
   *     comes is in the way of one that has yet to go
   */
  void apply(Net net, Map<Integer, Position> from, Map<Integer, Position> to) throws SQLException;
}
