package dev.drover.redistribute.rewrite;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.ddl.LeafNames;
import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.apply.Filling;
import dev.drover.redistribute.job.JobFailed;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A table and what it is to become, as the catalog describes them at one moment.
 *
 * @param name qualified and quoted
 * @param filled the same of the new table, before it takes the old one's place
 * @param owner quoted
 * @param obstacle why changes of its rows cannot be followed, if they cannot
 * @param distribution the old table's distribution id
 * @param sources where rows are copied from
 * @param slots the node of each slot of the new table; empty for a table without leaves
 * @param nodes ids of all datanodes, ascending
 * @param definition as {@code drover.table_definition} has it, of the new table
 * @param links foreign keys of it and to it, as {@code drover.links} has them, in an array
 * @param fingerprint differs when anything differs that the new table must follow
 * @param reshaped if it is to have other columns or another storage
 */
record RewrittenTable(
    String name,
    String filled,
    String owner,
    Optional<String> obstacle,
    int distribution,
    List<Source> sources,
    List<Integer> slots,
    List<Integer> nodes,
    String definition,
    String links,
    String fingerprint,
    Optional<Reshaped> reshaped) {
  RewrittenTable {
    requireNonNull(name);
    requireNonNull(filled);
    requireNonNull(owner);
    requireNonNull(obstacle);
    sources = List.copyOf(sources);
    slots = List.copyOf(slots);
    nodes = List.copyOf(nodes);
    requireNonNull(definition);
    requireNonNull(links);
    requireNonNull(fingerprint);
    requireNonNull(reshaped);
  }

  /**
   * A node that rows are copied from.
   *
   * @param relations that hold them, qualified and quoted
   * @param areLeaves of the table, or the table itself
   */
  record Source(int node, List<String> relations, boolean areLeaves) {
    Source {
      relations = List.copyOf(relations);
    }
  }

  /** Anything of the table that its new form must follow is part of the fingerprint. */
  static String query(Rewrite rewrite) {
    return """
    SELECT n.nspname, c.relname, r.rolname, CASE
        WHEN c.relpersistence = 'u' THEN 'is unlogged; set it LOGGED'
        WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute v
          WHERE v.attrelid = c.oid AND v.attgenerated = 'v' AND NOT v.attisdropped)
        THEN 'has virtual generated columns, with which servers do not publish its changes' END,
      d.kind, d.nodes,
      coalesce(d.primary_node, 0), d.leaf_name, s.slots, t.slots, m.ids,
      coalesce(w.shape->'definition', x.definition)::text,
      md5(concat_ws(' ', d.distribution_id, d.nodes, x.definition, c.relacl, c.relrowsecurity,
        (SELECT string_agg(a.attacl::text, ',' ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid),
        (SELECT string_agg(k.oid::text, ',' ORDER BY k.oid)
          FROM pg_catalog.pg_constraint k WHERE k.confrelid = c.oid),
        s.slots, s.moves, t.slots, t.moves, m.ids)),
      d.distribution_id,
      (SELECT json_agg(l.links) FROM (
        SELECT drover.links(c.oid, NULL, w.kind IN ('H', 'M'), w.split) AS links
        UNION ALL
        SELECT drover.links(k.conrelid, c.oid, e.kind IN ('H', 'M'),
          CASE WHEN w.kind IN ('H', 'M') THEN ARRAY[c.oid] ELSE '{}' END)
        FROM (SELECT DISTINCT f.conrelid FROM pg_catalog.pg_constraint f
            WHERE f.contype = 'f' AND f.confrelid = c.oid AND f.conrelid <> c.oid) k
          JOIN drover.distributions e ON e.relid = k.conrelid) l)::text,
      w.change, w.settings,
      ARRAY(SELECT f->>'column' FROM json_array_elements(w.shape->'fills') f),
      ARRAY(SELECT f->>'value' FROM json_array_elements(w.shape->'fills') f)
    FROM drover.rewrite w
      JOIN drover.distributions d ON d.relid = w.relid
      JOIN pg_catalog.pg_class c ON c.oid = d.relid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_roles r ON r.oid = c.relowner
      LEFT JOIN drover.colocation_groups s ON s.id = d.colocation_group
      LEFT JOIN drover.colocation_groups t ON t.id = w.colocation_group
      CROSS JOIN LATERAL drover.table_definition(c.oid,
        pg_catalog.format('%%I.%%I', '%s', c.relname), w.partition_by, w.split) x(definition)
      CROSS JOIN LATERAL (SELECT array_agg(o.id ORDER BY o.id) AS ids
        FROM drover.nodes o WHERE o.id > 0) m
    WHERE w.job = %s\
    """
        .formatted(rewrite.schema(), rewrite.job());
  }

  /** Empty if the table is gone. */
  static Optional<RewrittenTable> read(Connection catalog, Rewrite rewrite) throws SQLException {
    try (PreparedStatement select = catalog.prepareStatement(query(rewrite));
        ResultSet row = select.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      List<Integer> slots = optional(row.getArray(10));
      if (rewrite.hasLeaves() && slots.isEmpty()) {
        throw new JobFailed("the nodes of the cluster were changed meanwhile");
      }
      return Optional.of(table(rewrite, slots, row));
    }
  }

  private static RewrittenTable table(Rewrite rewrite, List<Integer> slots, ResultSet row)
      throws SQLException {
    return new RewrittenTable(
        SqlQuote.qualified(row.getString(1), row.getString(2)),
        SqlQuote.qualified(rewrite.schema(), row.getString(2)),
        SqlQuote.ident(row.getString(3)),
        Optional.ofNullable(row.getString(4)),
        row.getInt(14),
        sources(row),
        slots,
        RewriteStore.numbers(row.getArray(11)),
        row.getString(12),
        row.getString(15),
        row.getString(13),
        reshaped(row));
  }

  private static Optional<Reshaped> reshaped(ResultSet row) throws SQLException {
    String change = row.getString(16);
    if (change.isEmpty()) {
      return Optional.empty();
    }
    Filling filling =
        new Filling(
            SqlQuote.qualified(row.getString(1), row.getString(2)),
            SqlQuote.ident(row.getString(2)),
            texts(row.getArray(18)),
            texts(row.getArray(19)),
            texts(row.getArray(17)));
    return Optional.of(new Reshaped(change, filling));
  }

  private static List<String> texts(Array array) throws SQLException {
    return List.of((String[]) array.getArray());
  }

  Optional<Filling> filling() {
    return reshaped.map(Reshaped::filling);
  }

  private static List<Integer> optional(Array array) throws SQLException {
    return array == null ? List.of() : RewriteStore.numbers(array);
  }

  private static List<Source> sources(ResultSet row) throws SQLException {
    String table = SqlQuote.qualified(row.getString(1), row.getString(2));
    List<Integer> slots = optional(row.getArray(9));
    if (!slots.isEmpty()) {
      String leaf = row.getString(8);
      return slots.stream()
          .distinct()
          .sorted()
          .map(node -> new Source(node, leaves(slots, node, leaf), true))
          .toList();
    }
    List<Integer> nodes = new ArrayList<>(RewriteStore.numbers(row.getArray(6)));
    int primary = row.getInt(7);
    return nodes.stream()
        .filter(node -> primary == 0 || node == primary)
        .sorted()
        .map(node -> new Source(node, List.of(table), false))
        .toList();
  }

  private static List<String> leaves(List<Integer> slots, int node, String leaf) {
    return IntStream.range(0, slots.size())
        .filter(slot -> slots.get(slot) == node)
        .mapToObj(slot -> SqlQuote.qualified(LeafNames.schema(slot), leaf))
        .toList();
  }
}
