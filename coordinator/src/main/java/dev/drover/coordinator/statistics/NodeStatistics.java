package dev.drover.coordinator.statistics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one datanode says of its parts of tables and indexes, leaves added up.
 *
 * @param relations by schema and name
 * @param columns by schema and name of the table, then by the column's name
 */
record NodeStatistics(
    Map<Name, RelationPart> relations, Map<Name, Map<String, ColumnPart>> columns) {
  /** Of a relation, as the user calls it. */
  record Name(String schema, String name) {}

  /**
   * The rows of a relation on one node, or on several added up.
   *
   * @param table of an index; a table's own name otherwise
   * @param tuples as ANALYZE counted them
   * @param pages that it found
   * @param rows an estimate for now
   * @param unknown nobody has counted anywhere
   */
  record RelationPart(
      String table, double tuples, double pages, double rows, Bytes bytes, boolean unknown) {
    RelationPart plus(RelationPart other) {
      return new RelationPart(
          table,
          tuples + other.tuples,
          pages + other.pages,
          rows + other.rows,
          bytes.plus(other.bytes),
          unknown && other.unknown);
    }
  }

  /** Sizes of files: the main fork; all of a table but its indexes; its indexes. */
  record Bytes(long main, long table, long indexes) {
    Bytes plus(Bytes other) {
      return new Bytes(main + other.main, table + other.table, indexes + other.indexes);
    }
  }

  /**
   * The values of a column in several leaves.
   *
   * @param leaves that have rows and were analyzed
   * @param tuples in those
   * @param nulls in those
   * @param distinctSum the leaves' numbers of different values, added up
   * @param distinctMax the largest of these
   * @param widthSum bytes of all values
   */
  record ColumnPart(
      long leaves,
      double tuples,
      double nulls,
      double distinctSum,
      double distinctMax,
      double widthSum) {
    ColumnPart plus(ColumnPart other) {
      return new ColumnPart(
          leaves + other.leaves,
          tuples + other.tuples,
          nulls + other.nulls,
          distinctSum + other.distinctSum,
          Math.max(distinctMax, other.distinctMax),
          widthSum + other.widthSum);
    }
  }

  NodeStatistics {
    relations = Map.copyOf(relations);
    columns = Map.copyOf(columns);
  }

  /** Of one node; the queries' rows are in the order of their SELECT lists. */
  static NodeStatistics of(List<List<String>> relationRows, List<List<String>> columnRows) {
    Map<Name, RelationPart> relations = new HashMap<>();
    for (List<String> row : relationRows) {
      Bytes bytes = new Bytes(whole(row.get(6)), whole(row.get(7)), whole(row.get(8)));
      relations.put(
          new Name(row.get(0), row.get(1)),
          new RelationPart(
              row.get(2),
              number(row.get(3)),
              number(row.get(4)),
              number(row.get(5)),
              bytes,
              row.get(9).equals("t")));
    }
    Map<Name, Map<String, ColumnPart>> columns = new HashMap<>();
    for (List<String> row : columnRows) {
      columns
          .computeIfAbsent(new Name(row.get(0), row.get(1)), _ -> new HashMap<>())
          .put(row.get(2), column(row));
    }
    return new NodeStatistics(relations, columns);
  }

  private static ColumnPart column(List<String> row) {
    return new ColumnPart(
        whole(row.get(3)),
        number(row.get(4)),
        number(row.get(5)),
        number(row.get(6)),
        number(row.get(7)),
        number(row.get(8)));
  }

  private static double number(String text) {
    return Double.parseDouble(text);
  }

  private static long whole(String text) {
    return Long.parseLong(text);
  }
}
