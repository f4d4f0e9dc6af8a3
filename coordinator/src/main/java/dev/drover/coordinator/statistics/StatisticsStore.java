package dev.drover.coordinator.statistics;

import dev.drover.coordinator.statistics.NodeStatistics.Bytes;
import dev.drover.planner.catalog.TableStatistics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The statistics on the catalog node, in the transaction of a connection of the role {@code
 * drover}.
 *
 * <p>Threads: confined to the caller's; calls block.
 */
record StatisticsStore(Connection connection) {
  /** Key of the advisory lock that one collecting coordinator at a time holds: droverST. */
  private static final long LOCK = 0x64726f7665725354L;

  private static final String LOCK_LIMIT = "2s";

  /**
   * How things stand.
   *
   * @param round of the last change
   * @param due nobody has collected for the interval
   * @param intervalMillis 0 when nobody shall, unasked
   */
  record State(long round, boolean due, long intervalMillis) {}

  State state() throws SQLException {
    String sql =
        """
        SELECT r.round, i.millis > 0 AND (isfinite(r.collected) IS FALSE OR clock_timestamp()
            - r.collected >= i.millis * interval '1 ms'), i.millis
        FROM drover.statistics_round r, (SELECT ceil(extract(epoch FROM
          drover.statistics_interval()) * 1000)::bigint) i(millis)\
        """;
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return new State(result.getLong(1), result.getBoolean(2), result.getLong(3));
    }
  }

  /** Until the transaction ends; does not wait, or only shortly. */
  boolean lock(boolean waits) throws SQLException {
    return lock(LOCK, waits);
  }

  boolean lock(long key, boolean waits) throws SQLException {
    if (tryLock(key)) {
      return true;
    }
    if (!waits) {
      return false;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL lock_timeout = '" + LOCK_LIMIT + "'");
      statement.execute("SELECT pg_catalog.pg_advisory_xact_lock(" + key + ")");
      return true;
    } catch (SQLException e) {
      if (!"55P03".equals(e.getSQLState())) {
        throw e;
      }
      connection.rollback();
      return false;
    }
  }

  private boolean tryLock(long key) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT pg_catalog.pg_try_advisory_xact_lock(" + key + ")")) {
      result.next();
      return result.getBoolean(1);
    }
  }

  /** Rows are written only where something is another. */
  void save(List<WholeTable> tables) throws SQLException {
    String sql =
        """
        INSERT INTO drover.statistics AS s VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (relid) DO UPDATE SET tuples = excluded.tuples, pages = excluded.pages,
          row_count = excluded.row_count, main_bytes = excluded.main_bytes,
          table_bytes = excluded.table_bytes, index_bytes = excluded.index_bytes,
          attributes = excluded.attributes, distinct_values = excluded.distinct_values,
          null_fractions = excluded.null_fractions, average_widths = excluded.average_widths
        WHERE s IS DISTINCT FROM excluded\
        """;
    int changed;
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (WholeTable table : tables) {
        fill(insert, table);
        insert.addBatch();
      }
      changed = Arrays.stream(insert.executeBatch()).sum();
    }
    try (Statement statement = connection.createStatement()) {
      changed +=
          statement.executeUpdate(
              "DELETE FROM drover.statistics s"
                  + " WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = s.relid)");
      statement.executeUpdate(
          "UPDATE drover.statistics_round SET collected = clock_timestamp(), round = round + "
              + (changed > 0 ? 1 : 0));
    }
  }

  private void fill(PreparedStatement insert, WholeTable table) throws SQLException {
    TableStatistics statistics = table.statistics();
    Bytes bytes = table.bytes();
    insert.setLong(1, Integer.toUnsignedLong(table.oid()));
    insert.setFloat(2, (float) table.tuples());
    insert.setInt(3, (int) Math.min(Integer.MAX_VALUE, statistics.pages()));
    insert.setDouble(4, statistics.rows());
    insert.setLong(5, bytes.main());
    insert.setLong(6, bytes.table());
    insert.setLong(7, bytes.indexes());
    Map<Integer, TableStatistics.OfColumn> columns = new TreeMap<>(statistics.columns());
    List<TableStatistics.OfColumn> values = List.copyOf(columns.values());
    array(insert, 8, "int4", columns.keySet().toArray());
    array(insert, 9, "float8", values.stream().map(c -> c.distinctValues()).toArray());
    array(insert, 10, "float8", values.stream().map(c -> c.nullFraction()).toArray());
    array(insert, 11, "int4", values.stream().map(c -> c.averageWidth()).toArray());
  }

  private void array(PreparedStatement insert, int index, String type, Object[] values)
      throws SQLException {
    insert.setArray(index, connection.createArrayOf(type, values));
  }

  void show() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT drover.show_sizes()");
    }
  }
}
