package dev.drover.redistribute.cluster;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.cluster.ClusterTables.PlainTable;
import dev.drover.redistribute.job.JobControl;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeSet;

/**
 * Tables without leaves come to a node or leave it, each in one transaction with the metadata.
 *
 * <p>Writers of the table wait while rows are copied: those of a replicated table at its primary
 * node, which all write first; those of a round robin table on the node that gives its rows away.
 * Nobody waits for the lock for longer than {@link #LOCK}, because whoever comes later waits
 * behind. The table gets another distribution id: what was routed before is planned anew.
 *
 * <p>Threads: confined to the job's thread; blocks.
 */
final class PlainTables {
  private static final String LOCK =
      "SET LOCAL lock_timeout = '200ms'; LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE";
  private static final String AS_REPLICA = "SET LOCAL session_replication_role = replica; ";
  private static final int MAX_TRIES = 100;

  private final ClaimedChange change;
  private final RowCopy rows;

  PlainTables(Servers servers, ClusterChange cluster, JobControl control) {
    this.change = new ClaimedChange(cluster, control, MAX_TRIES);
    this.rows = new RowCopy(servers, control);
  }

  /** The node gets a copy, or becomes one of those that take rows. */
  void add(PlainTable table, int node) throws SQLException {
    change(
        table,
        parts -> {
          if (table.isReplicated()) {
            parts.on(table.primary(), LOCK.formatted(table.name()));
            rows.replace(table.name(), table.primary(), node);
          }
          parts.on(node, "DROP TRIGGER IF EXISTS drover_guard ON " + table.name());
          own(parts, table, with(table.nodes(), node), table.primary());
        });
  }

  /** The node gives its copy up, or its rows away. */
  void remove(PlainTable table, int node) throws SQLException {
    List<Integer> others = without(table.nodes(), node);
    change(
        table,
        parts -> {
          parts.on(table.isReplicated() ? table.primary() : node, LOCK.formatted(table.name()));
          if (!table.isReplicated()) {
            int heir = others.get(table.distribution() % others.size());
            String staged = rows.stage(table.name(), table.distribution(), node, heir);
            parts.on(heir, AS_REPLICA + rows.unstage(table.name(), staged, node));
          }
          parts.on(
              node,
              "%sDELETE FROM ONLY %s; SELECT drover.guard_foreign_rows(%s::regclass)"
                  .formatted(AS_REPLICA, table.name(), SqlQuote.literal(table.name())));
          boolean wasPrimary = table.primary() == node;
          own(parts, table, others, wasPrimary ? others.getFirst() : table.primary());
        });
  }

  static List<Integer> with(List<Integer> nodes, int node) {
    TreeSet<Integer> all = new TreeSet<>(nodes);
    all.add(node);
    return List.copyOf(all);
  }

  static List<Integer> without(List<Integer> nodes, int node) {
    return nodes.stream().filter(n -> n != node).toList();
  }

  private static void own(
      ClusterChange.Parts parts, PlainTable table, List<Integer> nodes, int primary) {
    parts.metadata(
        """
        UPDATE drover.distributions SET nodes = %s, primary_node = %s, \
        distribution_id = nextval('drover.distribution_id') WHERE distribution_id = %d\
        """
            .formatted(
                ClusterTables.array(nodes),
                table.isReplicated() ? String.valueOf(primary) : "NULL",
                table.distribution()));
  }

  private void change(PlainTable table, ClusterChange.Work work) throws SQLException {
    change.run(
        "table " + table.name(),
        parts -> {
          String known =
              "SELECT FROM drover.distributions WHERE distribution_id = " + table.distribution();
          if (parts.metadata(known).isEmpty()) {
            throw new SQLException("the table was changed meanwhile", "40001");
          }
          work.run(parts);
        });
  }
}
