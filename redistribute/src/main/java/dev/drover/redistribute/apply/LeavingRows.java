package dev.drover.redistribute.apply;

import static java.util.stream.Collectors.joining;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.planner.hash.HashType;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Deletes rows of a table by what they hold: by a unique key that has an index, else by all
 * columns, where texts tell values apart that are equal but not the same, such as {@code 1.0} and
 * {@code 1.00}.
 *
 * <p>Threads: confined to one; blocks.
 */
final class LeavingRows {
  /** A type with its modifier, since {@code character} alone is one character. */
  private static final String COLUMNS =
      """
      SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.atttypid
      FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped\
      """;

  /** The columns of one unique index that has each row, at once and for all values. */
  private static final String KEY =
      """
      SELECT array_agg(a.attname::text ORDER BY k.n)
      FROM pg_catalog.pg_index i
        CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      WHERE i.indrelid = to_regclass(?) AND i.indisunique AND i.indisvalid AND i.indimmediate
        AND i.indpred IS NULL AND i.indexprs IS NULL AND k.n <= i.indnkeyatts
      GROUP BY i.indexrelid, i.indisprimary
      HAVING bool_and(a.attnotnull) AND bool_and(quote_ident(a.attname) <> ALL (?))
      ORDER BY i.indisprimary DESC, i.indexrelid LIMIT 1\
      """;

  private final Connection connection;
  private final String table;
  private final List<Column> columns;
  private final Optional<Converted> converted;
  private Optional<List<Integer>> key = Optional.empty();

  /** A type that can be hashed has an equality, and the partition of a value can be told. */
  private record Column(String name, String type, boolean hasEquality) {
    String parameter(Optional<String> value) {
      return "CAST(%s AS %s) AS %s".formatted(value.isPresent() ? "?" : "NULL", type, name);
    }
  }

  LeavingRows(Connection connection, String table, List<String> names, Optional<Filling> filling)
      throws SQLException {
    this.connection = connection;
    this.table = table;
    this.columns = columns(table, names);
    this.converted =
        filling.isEmpty()
            ? Optional.empty()
            : Optional.of(new Converted(filling.get(), columns(Filling.STAGE, names)));
  }

  private List<Column> columns(String relation, List<String> names) throws SQLException {
    Map<String, Column> found = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(COLUMNS)) {
      select.setString(1, relation);
      ResultSet row = select.executeQuery();
      while (row.next()) {
        String name = SqlQuote.ident(row.getString(1));
        boolean hasEquality = HashType.ofTypeOid(row.getInt(3)).isPresent();
        found.put(name, new Column(name, row.getString(2), hasEquality));
      }
    }
    return names.stream().map(found::get).toList();
  }

  /**
   * Columns that have become others, by values that are the same at any time.
   *
   * @param before the columns as they were
   */
  private record Converted(Filling filling, List<Column> before) {
    boolean has(Column column) {
      return filling.conversions().containsKey(column.name());
    }

    /** A row of NULL has a text, other than a row of an empty one. */
    String same(Column column, List<Optional<String>> row) {
      String old =
          IntStream.range(0, before.size())
              .mapToObj(i -> before.get(i).parameter(row.get(i)))
              .collect(joining(", "));
      return """
      pg_catalog.format('%%s', ROW(%1$s)) = pg_catalog.format('%%s', ROW(CAST(\
      (SELECT %2$s FROM (SELECT %3$s) AS %4$s) AS %5$s)))\
      """
          .formatted(
              column.name(),
              filling.conversions().get(column.name()),
              old,
              filling.alias(),
              column.type());
    }
  }

  /**
   * Deletes so many of each.
   *
   * @throws SQLException with {@code XX001} if there are fewer
   */
  void delete(List<Net.Rows> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    if (key.isEmpty()) {
      key = readKey();
    }
    Map<String, List<Net.Rows>> byText = new HashMap<>();
    for (Net.Rows some : rows) {
      byText.computeIfAbsent(text(some), _ -> new ArrayList<>()).add(some);
    }
    for (Map.Entry<String, List<Net.Rows>> same : byText.entrySet()) {
      deleteBy(same.getKey(), same.getValue());
    }
  }

  private Optional<List<Integer>> readKey() throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(KEY)) {
      select.setString(1, table);
      select.setArray(2, connection.createArrayOf("text", convertedNames()));
      ResultSet row = select.executeQuery();
      if (!row.next()) {
        return Optional.empty();
      }
      Array array = row.getArray(1);
      List<String> names = columns.stream().map(Column::name).toList();
      return Optional.of(
          Stream.of((String[]) array.getArray()).map(SqlQuote::ident).map(names::indexOf).toList());
    }
  }

  private Object[] convertedNames() {
    return columns.stream().filter(this::isConverted).map(Column::name).toArray();
  }

  private boolean isConverted(Column column) {
    return converted.isPresent() && converted.get().has(column);
  }

  /** The statement that deletes rows with the same columns NULL. */
  private String text(Net.Rows some) {
    if (key.isPresent()) {
      return "DELETE FROM %s WHERE %s"
          .formatted(
              table, key.get().stream().map(i -> equal(columns.get(i))).collect(joining(" AND ")));
    }
    String condition =
        IntStream.range(0, columns.size())
            .mapToObj(
                i ->
                    isConverted(columns.get(i))
                        ? converted.get().same(columns.get(i), some.row())
                        : same(columns.get(i), some.row().get(i)))
            .collect(joining(" AND "));
    return """
    WITH leaving AS MATERIALIZED (SELECT tableoid AS leaf, ctid AS place FROM %1$s \
    WHERE %2$s LIMIT %3$d) \
    DELETE FROM %1$s t USING leaving WHERE t.tableoid = leaving.leaf AND t.ctid = leaving.place\
    """
        .formatted(table, condition, some.count());
  }

  private static String equal(Column column) {
    return "%s = CAST(? AS %s)".formatted(column.name(), column.type());
  }

  /**
   * By the type's output function, whatever a cast to text does, and by its bytes, whatever the
   * column's collation takes for equal; a row of NULLs is not NULL.
   */
  private static String same(Column column, Optional<String> value) {
    if (value.isEmpty()) {
      return column.name() + " IS NOT DISTINCT FROM NULL";
    }
    String identical =
        "pg_catalog.format('%%s', %s) COLLATE pg_catalog.\"C\" = ?".formatted(column.name());
    return column.hasEquality() ? equal(column) + " AND " + identical : identical;
  }

  private void deleteBy(String sql, List<Net.Rows> rows) throws SQLException {
    int[] counts;
    try (PreparedStatement delete = connection.prepareStatement(sql)) {
      for (Net.Rows some : rows) {
        bind(delete, some.row());
        delete.addBatch();
      }
      counts = delete.executeBatch();
    }
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] != rows.get(i).count()) {
        throw new SQLException(
            "%d rows of %s to be deleted, of %d".formatted(counts[i], table, rows.get(i).count()),
            "XX001");
      }
    }
  }

  private void bind(PreparedStatement delete, List<Optional<String>> row) throws SQLException {
    int parameter = 0;
    if (key.isPresent()) {
      for (int column : key.get()) {
        delete.setString(++parameter, row.get(column).orElseThrow());
      }
      return;
    }
    for (int i = 0; i < columns.size(); i++) {
      for (String value : bound(i, row)) {
        delete.setString(++parameter, value);
      }
    }
  }

  private List<String> bound(int column, List<Optional<String>> row) {
    if (isConverted(columns.get(column))) {
      return row.stream().flatMap(Optional::stream).toList();
    }
    int times = columns.get(column).hasEquality() ? 2 : 1;
    return row.get(column).map(value -> Collections.nCopies(times, value)).orElse(List.of());
  }
}
