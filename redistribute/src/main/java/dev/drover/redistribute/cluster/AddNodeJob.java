package dev.drover.redistribute.cluster;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.cluster.ClusterTables.PlainTable;
import dev.drover.redistribute.cluster.GroupChange.Wanted;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobKind;
import dev.drover.redistribute.move.SlotMoves;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * ALTER CLUSTER ADD NODE: tables that are on all other datanodes come to this one too.
 *
 * <pre>
 * each replicated table    copied whole; before slots, whose foreign keys look it up here
 * each round robin table   takes rows here from now on
 * colocation groups        the fewest slots that make the numbers even move here
 * </pre>
 *
 * <p>Each step finds out what is left to do, so the job can begin anew at any time.
 */
public record AddNodeJob(Servers servers, ClusterChange cluster, SlotMoves moves)
    implements JobKind {
  public AddNodeJob {
    requireNonNull(servers);
    requireNonNull(cluster);
    requireNonNull(moves);
  }

  @Override
  public String name() {
    return "add_node";
  }

  @Override
  public String run(JobControl control) throws SQLException {
    int node = NodeArgument.of(control.job());
    Connection catalog = control.catalog();
    ClusterTables before = ClusterTables.read(catalog);
    NodeArgument.requireReachable(servers, before, control.job());
    int plain = plainTables(control, before, node);
    LeafSizes sizes = LeafSizes.read(catalog, before.nodes(), servers);
    GroupChange groups = new GroupChange(cluster, control, sizes);
    if (!JobMoves.exist(control)) {
      ClusterTables now = ClusterTables.read(catalog);
      groups.begin(now, wanted(now, node), takesTables(node));
    }
    control.say("moving slots");
    int slots = moves.run(control);
    ClusterTables after = ClusterTables.read(catalog);
    groups.finish(after, wanted(after, node));
    return "node %s has %d slots and %d tables more".formatted(servers.name(node), slots, plain);
  }

  private static String takesTables(int node) {
    return "UPDATE drover.nodes SET takes_tables = true WHERE id = " + node;
  }

  private int plainTables(JobControl control, ClusterTables tables, int node) throws SQLException {
    PlainTables plain = new PlainTables(servers, cluster, control);
    List<Integer> others = PlainTables.without(tables.takers(), node);
    int count = 0;
    for (PlainTable table : tables.plain()) {
      if (table.nodes().equals(others)) {
        control.say("copying table " + table.name());
        plain.add(table, node);
        count++;
      }
    }
    return count;
  }

  /** At most one group: that of all other nodes. */
  private static List<Wanted> wanted(ClusterTables tables, int node) {
    List<Integer> others = PlainTables.without(tables.takers(), node);
    List<Integer> all = PlainTables.with(others, node);
    return tables.group(others).stream().map(g -> new Wanted(g, all)).toList();
  }
}
