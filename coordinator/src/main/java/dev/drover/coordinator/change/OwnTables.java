package dev.drover.coordinator.change;

import dev.drover.coordinator.exec.BlockingTransaction;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.Participant;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.ChangedTable;
import java.util.ArrayList;
import java.util.List;

/**
 * Relations like tables that the client's transaction has made or altered: nobody else sees these
 * as they are, or may look at them before it ends, so their definitions are spelled out.
 *
 * <p>Threads: used by one virtual thread.
 */
final class OwnTables {
  private static final String COLUMNS =
      """
      SELECT pg_catalog.format('%%I %%s', a.attname,
          pg_catalog.format_type(a.atttypid, a.atttypmod))
        || coalesce((SELECT ' COLLATE ' || l.oid::pg_catalog.regcollation
            FROM pg_catalog.pg_collation l, pg_catalog.pg_type t
            WHERE l.oid = a.attcollation AND t.oid = a.atttypid AND l.oid <> t.typcollation), '')
        || coalesce(CASE a.attgenerated WHEN '' THEN ' DEFAULT ' ELSE ' GENERATED ALWAYS AS (' END
          || pg_catalog.pg_get_expr(d.adbin, d.adrelid)
          || CASE a.attgenerated WHEN '' THEN '' WHEN 's' THEN ') STORED' ELSE ') VIRTUAL' END, '')
        || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
      FROM pg_catalog.pg_attribute a
        LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = %1$s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
      """;
  private static final String CONSTRAINTS =
      """
      SELECT pg_catalog.format('CONSTRAINT %%I %%s', conname, pg_catalog.pg_get_constraintdef(oid))
      FROM pg_catalog.pg_constraint WHERE conrelid = %1$s AND contype IN ('p', 'u', 'x')
      ORDER BY conname
      """;
  private static final String INDEXES =
      """
      SELECT CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ON %2$s'
        || pg_catalog.substr(pg_catalog.pg_get_indexdef(i.indexrelid),
          pg_catalog.strpos(pg_catalog.pg_get_indexdef(i.indexrelid), ' USING '))
      FROM pg_catalog.pg_index i WHERE i.indrelid = %1$s AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_constraint c WHERE c.conindid = i.indexrelid
          AND c.conrelid = i.indrelid)
      """;

  private final BlockingTransaction blocking;
  private final Participant catalog;

  OwnTables(BlockingTransaction blocking) {
    this.blocking = blocking;
    this.catalog = blocking.join(Node.CATALOG_ID);
  }

  /** The statement with the table's definition in the place of its name, and what adds indexes. */
  List<String> spelledOut(ChangedTable table, String create) {
    String indexed = ChangedTable.like(table.table(), true);
    String plain = ChangedTable.like(table.table(), false);
    if (!create.contains(plain)) {
      return List.of(create);
    }
    List<String> elements = new ArrayList<>(ask(table, COLUMNS));
    List<String> statements = new ArrayList<>();
    boolean hasIndexes = create.contains(indexed);
    if (hasIndexes) {
      elements.addAll(ask(table, CONSTRAINTS));
      ask(table, INDEXES).forEach(index -> statements.add("CREATE " + index));
    }
    String like = hasIndexes ? indexed : plain;
    statements.addFirst(create.replace(like, String.join(", ", elements)));
    return statements;
  }

  private List<String> ask(ChangedTable table, String question) {
    String oid = SettingsState.literal(table.table()) + "::pg_catalog.regclass";
    String sql = question.formatted(oid, "pg_temp." + table.relation());
    return blocking.query(catalog, sql).rows().stream()
        .map(row -> row.getFirst().orElseThrow())
        .toList();
  }
}
