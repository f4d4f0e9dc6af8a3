package dev.drover.redistribute.rewrite;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.apply.Filling;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.move.Link;
import dev.drover.redistribute.move.Locking;
import java.sql.SQLException;

/**
 * A change of the table's columns or storage, which the catalog node makes in the cutover. Until
 * then it is made and taken back there, to see what the new table is like.
 *
 * @param change the actions of ALTER TABLE
 * @param filling how rows become those of the new table; of no columns until the job has begun
 */
record Reshaped(String change, Filling filling) {
  private static final int CATALOG = 0;

  Reshaped {
    requireNonNull(change);
    requireNonNull(filling);
  }

  /** Finds out what the new table is like, and writes it down. */
  static void look(Link catalog, Rewrite rewrite, RewrittenTable table, JobControl control)
      throws SQLException {
    String call = call(catalog, rewrite);
    String[] shape = new String[1];
    Locking.toBegin(catalog, control, CATALOG)
        .run(
            table.name(),
            Locking.Mode.USING,
            () -> {
              catalog.run("SET LOCAL ROLE " + table.owner());
              shape[0] = catalog.ask(call).orElseThrow();
            });
    RewriteStore.shape(control.catalog(), rewrite.job(), shape[0]);
  }

  /** It has all that a role needs which may not read the job's records. */
  private static String call(Link catalog, Rewrite rewrite) throws SQLException {
    return catalog
        .ask(
            """
            SELECT format('SELECT drover.reshape(%%s, %%L, %%L, %%L::text[], %%L, %%L, %%L, %%L, \
            %%L)', w.relid, w.change, w.adds, w.settings, \
            format('%%I.%%I', '%s', c.relname), w.partition_by, w.split, w.converted, w.kind = 'R') \
            FROM drover.rewrite w JOIN pg_class c ON c.oid = w.relid WHERE w.job = %s\
            """
                .formatted(rewrite.schema(), rewrite.job()))
        .orElseThrow();
  }

  /** On the catalog node, for good. */
  String sql(RewrittenTable table) {
    return "SET LOCAL ROLE %s; %s; ALTER TABLE %s %s; RESET ROLE; SET LOCAL search_path = 'pg_catalog'"
        .formatted(table.owner(), filling.use(), table.name(), change);
  }

  /** Whether the catalog's table is now what the new one is. */
  static String isSame(Rewrite rewrite) {
    return """
    SELECT drover.exact_definition(w.relid, format('%%I.%%I', '%s', c.relname), w.partition_by, \
    w.split)::text = (w.shape->'definition')::text \
    FROM drover.rewrite w JOIN pg_class c ON c.oid = w.relid WHERE w.job = %s\
    """
        .formatted(rewrite.schema(), rewrite.job());
  }
}
