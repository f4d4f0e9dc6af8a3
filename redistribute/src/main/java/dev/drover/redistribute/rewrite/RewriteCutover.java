package dev.drover.redistribute.rewrite;

import static java.util.stream.Collectors.toMap;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.ClusterChange.Outcome;
import dev.drover.redistribute.job.Job;
import dev.drover.redistribute.job.JobLost;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The one transaction in which the new table takes the place of the old one.
 *
 * <pre>
 * metadata   is the job still this claim's; is the table still what was copied
 * catalog    the change of columns or storage, if that is what the job is for
 * all nodes  lock the table and what depends on it: whoever wrote has ended, whoever wants to waits
 *            the last changes go over
 * all nodes  the new table gets the name, views and routines; the old one is dropped;
 *            foreign keys are declared
 * metadata   the new distribution; the rewrite is DECIDED
 * </pre>
 *
 * <p>Nobody waits for locks for longer than {@code lockMillis}, because whoever comes later waits
 * behind. Who waits when it commits is planned anew.
 *
 * <p>Threads: confined to the job's thread.
 */
final class RewriteCutover {
  /** The table differs from the one that was copied. */
  static final class Outdated extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * How long to wait for locks.
   *
   * @param insists others may lose when they wait in a circle with it
   */
  record Patience(int lockMillis, boolean insists) {}

  /** Brings over what was committed before the locks. */
  interface Drain {
    void run() throws SQLException;
  }

  private static final int CATALOG = 0;

  private final ClusterChange cluster;
  private final Job job;
  private final Rewrite rewrite;
  private final RewrittenTable table;
  private long lockedAt;

  RewriteCutover(ClusterChange cluster, Job job, Rewrite rewrite, RewrittenTable table) {
    this.cluster = cluster;
    this.job = job;
    this.rewrite = rewrite;
    this.table = table;
  }

  /** When writers began to wait, in nanoseconds; 0 if none has. */
  long lockedAt() {
    return lockedAt;
  }

  Outcome run(Patience patience, Drain drain) throws SQLException {
    return cluster.run(parts -> change(parts, patience, drain));
  }

  private void change(ClusterChange.Parts parts, Patience patience, Drain drain)
      throws SQLException {
    check(parts);
    // The nodes join before anybody waits.
    parts.onEach(everywhere(timeouts(patience)));
    if (table.reshaped().isPresent()) {
      reshape(parts, patience, table.reshaped().get());
    }
    lockedAt = System.nanoTime();
    String name = regclass(table.name());
    parts.onEach(everywhere("SELECT drover.lock_to_rebuild(" + name + ")"));
    drain.run();
    parts.onEach(
        everywhere(
            "SELECT drover.put_in_place(%s, %s, %s, %s::json)"
                .formatted(
                    name,
                    regclass(table.filled()),
                    SqlQuote.literal(rewrite.away()),
                    SqlQuote.literal(table.definition()))));
    // The rows of before are checked for them afterwards.
    parts.onEach(
        everywhere(
            "SELECT drover.declare_links(l) FROM json_array_elements(%s::json) l"
                .formatted(SqlQuote.literal(table.links()))));
    parts.rowsMove();
    decide(parts);
  }

  /** The catalog's own table, before anybody waits on the nodes. */
  private void reshape(ClusterChange.Parts parts, Patience patience, Reshaped reshaped) {
    parts.on(CATALOG, timeouts(patience));
    parts.on(CATALOG, reshaped.sql(table));
    boolean isSame =
        parts.on(CATALOG, Reshaped.isSame(rewrite)).getFirst().getFirst().orElse("").equals("t");
    if (!isSame) {
      throw new Outdated();
    }
  }

  /**
   * Who does not insist notices first when it waits in a circle with others, and lets them go on.
   */
  private static String timeouts(Patience patience) {
    return "SET LOCAL lock_timeout = '%dms'; SET LOCAL deadlock_timeout = %s"
        .formatted(patience.lockMillis(), patience.insists() ? "DEFAULT" : "'20ms'");
  }

  private Map<Integer, String> everywhere(String sql) {
    return table.nodes().stream().collect(toMap(Function.identity(), _ -> sql));
  }

  /** Whoever has taken the job up meanwhile writes another phase, and then undoes things. */
  private void decide(ClusterChange.Parts parts) {
    List<List<Optional<String>>> decided =
        parts.metadata(
            """
            WITH decided AS (UPDATE drover.rewrite SET phase = 'DECIDED', message = '' \
            WHERE job = %s AND phase = 'CUTOVER' RETURNING *) \
            UPDATE drover.distributions d SET distribution_id = w.distribution_id, kind = w.kind, \
            key_attributes = w.key_attributes, colocation_group = w.colocation_group, \
            nodes = w.nodes, primary_node = w.primary_node, leaf_name = w.leaf_name, \
            provisional = false FROM decided w WHERE d.relid = w.relid RETURNING d.relid\
            """
                .formatted(rewrite.job()));
    if (decided.isEmpty()) {
      throw new JobLost("job %s is not this claim's".formatted(rewrite.job()));
    }
  }

  private void check(ClusterChange.Parts parts) {
    String claimed =
        """
        SELECT FROM drover.job j JOIN drover.rewrite w ON w.job = j.id \
        WHERE j.id = %s AND j.claim = %d AND w.phase = 'CUTOVER'\
        """
            .formatted(job.id(), job.claim());
    if (parts.metadata(claimed).isEmpty()) {
      throw new JobLost("job %s is not this claim's".formatted(job.id()));
    }
    boolean isSame =
        parts.metadata(RewrittenTable.query(rewrite)).stream()
            .anyMatch(row -> row.get(12).orElse("").equals(table.fingerprint()));
    if (!isSame) {
      throw new Outdated();
    }
  }

  private static String regclass(String name) {
    return SqlQuote.literal(name) + "::regclass";
  }
}
