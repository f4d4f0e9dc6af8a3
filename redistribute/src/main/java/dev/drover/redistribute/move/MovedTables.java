package dev.drover.redistribute.move;

import static java.util.stream.Collectors.joining;

import dev.drover.planner.ddl.LeafNames;
import dev.drover.planner.ddl.SqlQuote;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tables of a colocation group, as the catalog describes them at one moment.
 *
 * @param fingerprint differs when anything differs that a leaf must follow
 */
record MovedTables(int modulus, List<MovedTable> tables, String fingerprint) {
  MovedTables {
    tables = List.copyOf(tables);
  }

  /** The fingerprint has also what no leaf_spec tells: columns, owner, grants. */
  static String query(int group) {
    return """
    WITH split AS (
      SELECT array_agg(relid) AS oids FROM drover.distributions WHERE kind IN ('H', 'M'))
    SELECT d.distribution_id, n.nspname, c.relname, d.leaf_name, r.rolname,
      drover.leaf_spec(c.oid, split.oids)::text, drover.not_followed(c.oid), g.modulus,
      md5(concat_ws(' ', d.distribution_id,
        drover.table_for_nodes(c.oid, 'PARTITION', split.oids), c.relacl, c.relrowsecurity,
        c.relhastriggers, (SELECT string_agg(a.attacl::text, ',' ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid)))
    FROM drover.distributions d
      JOIN pg_catalog.pg_class c ON c.oid = d.relid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_roles r ON r.oid = c.relowner
      JOIN drover.colocation_groups g ON g.id = d.colocation_group
      CROSS JOIN split
    WHERE d.colocation_group = %d
    ORDER BY d.distribution_id\
    """
        .formatted(group);
  }

  static MovedTables read(Connection catalog, Move move) throws SQLException {
    List<MovedTable> tables = new ArrayList<>();
    List<String> prints = new ArrayList<>();
    int modulus = 0;
    try (PreparedStatement select = catalog.prepareStatement(query(move.group()));
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        modulus = row.getInt(8);
        prints.add(row.getString(9));
        tables.add(
            new MovedTable(
                row.getInt(1),
                SqlQuote.qualified(row.getString(2), row.getString(3)),
                SqlQuote.qualified(LeafNames.schema(move.slot()), row.getString(4)),
                SqlQuote.ident(row.getString(5)),
                row.getString(6),
                Optional.ofNullable(row.getString(7))));
      }
    }
    return new MovedTables(modulus, tables, String.join(" ", prints));
  }

  /** The leaf of each table, as JSON, by the name that a spec calls the table. */
  String leavesByTable() {
    return tables.stream()
        .map(t -> "(%s::regclass::text, %s)".formatted(text(t.parent()), text(t.leaf())))
        .collect(joining(", ", "(SELECT json_object_agg(k, v) FROM (VALUES ", ") x(k, v))"));
  }

  private static String text(String value) {
    return SqlQuote.literal(value);
  }
}
