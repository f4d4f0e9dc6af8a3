package dev.drover.redistribute.cluster;

import dev.drover.redistribute.change.Servers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the slots of all groups weigh, as the servers know it without looking at rows.
 *
 * <p>Threads: confined to the caller's.
 */
final class LeafSizes {
  private static final Size NOTHING = new Size(0, 0);

  private static final String LEAVES =
      """
      SELECT c.relname, substr(n.nspname, 8)::integer, pg_table_size(c.oid),
        greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0)::bigint
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname ~ '^drover[$]\\d+$' AND c.relkind = 'r' AND c.relispartition\
      """;

  private final Map<Slot, Size> sizes = new HashMap<>();

  private LeafSizes() {}

  /** Of one slot, over all tables of the group. */
  record Size(long bytes, long rows) {
    Size plus(Size other) {
      return new Size(bytes + other.bytes, rows + other.rows);
    }
  }

  private record Slot(int group, int slot) {}

  static LeafSizes read(Connection catalog, List<Integer> nodes, Servers servers)
      throws SQLException {
    LeafSizes leaves = new LeafSizes();
    Map<String, Integer> groups = groups(catalog);
    for (int node : nodes) {
      try (Connection connection = servers.connect(node, "drover sizes")) {
        leaves.add(connection, groups);
      }
    }
    return leaves;
  }

  private void add(Connection node, Map<String, Integer> groups) throws SQLException {
    try (PreparedStatement select = node.prepareStatement(LEAVES);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        Integer group = groups.get(row.getString(1));
        if (group != null) {
          Size size = new Size(row.getLong(3), row.getLong(4));
          sizes.merge(new Slot(group, row.getInt(2)), size, Size::plus);
        }
      }
    }
  }

  /** By the leaves' name, which carries the distribution's id. */
  private static Map<String, Integer> groups(Connection catalog) throws SQLException {
    Map<String, Integer> groups = new HashMap<>();
    String sql =
        "SELECT leaf_name, colocation_group FROM drover.distributions"
            + " WHERE colocation_group IS NOT NULL";
    try (PreparedStatement select = catalog.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        groups.put(row.getString(1), row.getInt(2));
      }
    }
    return groups;
  }

  Size of(int group, int slot) {
    return sizes.getOrDefault(new Slot(group, slot), NOTHING);
  }
}
