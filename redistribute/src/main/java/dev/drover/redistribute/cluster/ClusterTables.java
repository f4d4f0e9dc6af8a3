package dev.drover.redistribute.cluster;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where the rows of all tables are, as the catalog node has it.
 *
 * @param nodes ids of the datanodes, ascending
 * @param takers those of them that tables come to which name none
 * @param plain replicated and round robin tables; those that foreign keys refer to come before
 *     those that have the keys, circles apart
 */
record ClusterTables(
    List<Integer> nodes, List<Integer> takers, List<Group> groups, List<PlainTable> plain) {
  /** So many foreign keys lead from a table to another and on, or round in a circle. */
  private static final int MAX_REFERENCES = 50;

  ClusterTables {
    nodes = List.copyOf(nodes);
    takers = List.copyOf(takers);
    groups = List.copyOf(groups);
    plain = List.copyOf(plain);
  }

  /**
   * A colocation group.
   *
   * @param nodes ids of those that may own slots, ascending
   * @param slots the node of each slot
   * @param tables those that are spread by it, qualified and quoted
   */
  record Group(int id, List<Integer> nodes, List<Integer> slots, List<String> tables) {
    boolean holds(int node) {
      return nodes.contains(node) || slots.contains(node);
    }
  }

  /**
   * A table without leaves.
   *
   * @param name qualified and quoted
   * @param nodes ids of those that hold it, ascending
   * @param primary of a replicated table: who is written first; 0 for a round robin table
   */
  record PlainTable(int distribution, String name, List<Integer> nodes, int primary) {
    boolean isReplicated() {
      return primary != 0;
    }
  }

  static ClusterTables read(Connection catalog) throws SQLException {
    return new ClusterTables(
        nodes(catalog, ""), nodes(catalog, " AND takes_tables"), groups(catalog), plain(catalog));
  }

  private static List<Integer> nodes(Connection catalog, String condition) throws SQLException {
    List<Integer> nodes = new ArrayList<>();
    String sql = "SELECT id FROM drover.nodes WHERE id > 0%s ORDER BY id".formatted(condition);
    try (PreparedStatement select = catalog.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        nodes.add(row.getInt(1));
      }
    }
    return nodes;
  }

  private static List<Group> groups(Connection catalog) throws SQLException {
    List<Group> groups = new ArrayList<>();
    String sql =
        """
        SELECT g.id, g.nodes, g.slots, ARRAY(SELECT format('%I.%I', n.nspname, c.relname) \
        FROM drover.distributions d JOIN pg_class c ON c.oid = d.relid \
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE d.colocation_group = g.id ORDER BY 1) \
        FROM drover.colocation_groups g ORDER BY g.id\
        """;
    try (PreparedStatement select = catalog.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        groups.add(
            new Group(
                row.getInt(1),
                numbers(row.getArray(2)).stream().sorted().toList(),
                numbers(row.getArray(3)),
                List.of((String[]) row.getArray(4).getArray())));
      }
    }
    return groups;
  }

  private static List<PlainTable> plain(Connection catalog) throws SQLException {
    List<PlainTable> tables = new ArrayList<>();
    String sql =
        """
        WITH RECURSIVE depth(relid, depth) AS ( \
          SELECT d.relid, 0 FROM drover.distributions d WHERE d.colocation_group IS NULL \
          UNION SELECT d.relid, r.depth + 1 FROM depth r \
          JOIN pg_constraint k ON k.confrelid = r.relid AND k.contype = 'f' \
          AND k.conrelid <> k.confrelid \
          JOIN drover.distributions d ON d.relid = k.conrelid AND d.colocation_group IS NULL \
          WHERE r.depth < %d) \
        SELECT d.distribution_id, format('%%I.%%I', n.nspname, c.relname), d.nodes, \
        coalesce(d.primary_node, 0) \
        FROM drover.distributions d JOIN pg_class c ON c.oid = d.relid \
        JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE d.colocation_group IS NULL \
        ORDER BY (SELECT max(r.depth) FROM depth r WHERE r.relid = d.relid), d.distribution_id\
        """
            .formatted(MAX_REFERENCES);
    try (PreparedStatement select = catalog.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        tables.add(
            new PlainTable(
                row.getInt(1),
                row.getString(2),
                numbers(row.getArray(3)).stream().sorted().toList(),
                row.getInt(4)));
      }
    }
    return tables;
  }

  private static List<Integer> numbers(Array array) throws SQLException {
    return Arrays.asList((Integer[]) array.getArray());
  }

  /** The group that serves tables on exactly these nodes. */
  Optional<Group> group(List<Integer> wanted) {
    return groups.stream().filter(g -> g.nodes().equals(wanted)).findFirst();
  }

  /** As an SQL array. */
  static String array(List<Integer> numbers) {
    return "'{"
        + String.join(",", numbers.stream().map(String::valueOf).toList())
        + "}'::integer[]";
  }
}
