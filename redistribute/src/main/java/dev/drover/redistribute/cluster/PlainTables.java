package dev.drover.redistribute.cluster;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.cluster.ClusterTables.PlainTable;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.move.TableReplica;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeSet;

/**
 * Tables without leaves come to a node or leave it, each in one transaction with the metadata.
 *
 * <p>A replicated table comes to a node while it is written, if it has a key; its writers wait at
 * its primary node, which all write first, for the last changes or, without a key, for the whole
 * copy. Those of a round robin table wait on the node that gives its rows away for the copy. Nobody
 * waits for the lock for longer than {@link #LOCK}, because whoever comes later waits behind. The
 * table gets another distribution id: what was routed before is planned anew.
 *
 * <p>Threads: confined to the job's thread; blocks.
 */
final class PlainTables {
  private static final String LOCK =
      "SET LOCAL lock_timeout = '200ms'; LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE";
  private static final String AS_REPLICA = "SET LOCAL session_replication_role = replica; ";
  private static final int MAX_TRIES = 100;

  private final Servers servers;
  private final JobControl control;
  private final ClaimedChange change;
  private final RowCopy rows;

  PlainTables(Servers servers, ClusterChange cluster, JobControl control) {
    this.servers = servers;
    this.control = control;
    this.change = new ClaimedChange(cluster, control, MAX_TRIES);
    this.rows = new RowCopy(servers, control);
  }

  /** The node gets a copy, or becomes one of those that take rows. */
  void add(PlainTable table, int node) throws SQLException {
    if (!table.isReplicated()) {
      change(table, parts -> join(parts, table, node));
      return;
    }
    TableReplica replica = new TableReplica(servers, control, table.name(), table.primary(), node);
    if (replica.isPossible()) {
      follow(replica, table, node);
      return;
    }
    TableReplica.Last copy = _ -> rows.replace(table.name(), table.primary(), node);
    change(table, parts -> join(parts, table, node, copy));
  }

  private void follow(TableReplica replica, PlainTable table, int node) throws SQLException {
    boolean done = false;
    try {
      replica.run(last -> change(table, parts -> join(parts, table, node, last)));
      done = true;
    } finally {
      if (!done) {
        change.once(parts -> known(parts, table, () -> parts.on(node, unused(table))));
      }
    }
  }

  private static String unused(PlainTable table) {
    return "LOCK TABLE ONLY %s IN ROW EXCLUSIVE MODE; %s WHERE %s"
        .formatted(table.name(), emptied(table), TableReplica.isGuarded(table.name()));
  }

  private static String emptied(PlainTable table) {
    return AS_REPLICA + "DELETE FROM ONLY " + table.name();
  }

  private static void join(
      ClusterChange.Parts parts, PlainTable table, int node, TableReplica.Last last)
      throws SQLException {
    parts.on(table.primary(), LOCK.formatted(table.name()));
    last.follow(parts);
    join(parts, table, node);
  }

  private static void join(ClusterChange.Parts parts, PlainTable table, int node) {
    parts.on(node, "DROP TRIGGER IF EXISTS drover_guard ON " + table.name());
    own(parts, table, with(table.nodes(), node), table.primary());
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
              "%s; SELECT drover.guard_foreign_rows(%s::regclass)"
                  .formatted(emptied(table), SqlQuote.literal(table.name())));
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
    change.run("table " + table.name(), parts -> known(parts, table, () -> work.run(parts)));
  }

  private interface Step {
    void run() throws SQLException;
  }

  private static void known(ClusterChange.Parts parts, PlainTable table, Step step)
      throws SQLException {
    String known =
        "SELECT FROM drover.distributions WHERE distribution_id = " + table.distribution();
    if (parts.metadata(known).isEmpty()) {
      throw new SQLException("the table was changed meanwhile", "40001");
    }
    step.run();
  }
}
