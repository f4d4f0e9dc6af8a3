package dev.drover.redistribute.cluster;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.cluster.ClusterTables.PlainTable;
import dev.drover.redistribute.cluster.GroupChange.Wanted;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobFailed;
import dev.drover.redistribute.job.JobKind;
import dev.drover.redistribute.move.SlotMoves;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * ALTER CLUSTER REMOVE NODE: the other nodes of each table take what the node has, until DROP NODE
 * finds it empty.
 *
 * <pre>
 * colocation groups        slots move to the others, evenly
 * each round robin table   its rows move to one of the others
 * each replicated table    is not written here any more
 * </pre>
 *
 * <p>Each step finds out what is left to do, so the job can begin anew at any time. One that is
 * cancelled leaves the node with what it still has; ADD NODE gives it its share again.
 */
public record RemoveNodeJob(Servers servers, ClusterChange cluster, SlotMoves moves)
    implements JobKind {
  public RemoveNodeJob {
    requireNonNull(servers);
    requireNonNull(cluster);
    requireNonNull(moves);
  }

  @Override
  public String name() {
    return "remove_node";
  }

  @Override
  public String run(JobControl control) throws SQLException {
    int node = NodeArgument.of(control.job());
    Connection catalog = control.catalog();
    ClusterTables before = ClusterTables.read(catalog);
    NodeArgument.requireReachable(servers, before, control.job());
    requireOthers(before, node);
    LeafSizes sizes = LeafSizes.read(catalog, before.nodes(), servers);
    GroupChange groups = new GroupChange(cluster, control, sizes);
    if (!JobMoves.exist(control)) {
      groups.begin(before, wanted(before, node), takesNoTables(node));
    }
    control.say("moving slots");
    int slots = moves.run(control);
    ClusterTables after = ClusterTables.read(catalog);
    groups.finish(after, wanted(after, node));
    int plain = plainTables(control, after, node);
    requireEmpty(ClusterTables.read(catalog), node);
    return "node %s has %d slots and %d tables less".formatted(servers.name(node), slots, plain);
  }

  /** From now on: new tables that name no nodes would hold the removal up. */
  private static String takesNoTables(int node) {
    return "UPDATE drover.nodes SET takes_tables = false WHERE id = " + node;
  }

  /** Somebody may have named the node meanwhile. */
  private void requireEmpty(ClusterTables tables, int node) {
    boolean isUsed =
        tables.plain().stream().anyMatch(t -> t.nodes().contains(node))
            || tables.groups().stream().anyMatch(g -> !g.tables().isEmpty() && g.holds(node));
    if (isUsed) {
      throw new JobFailed(
          "tables have come to node %s meanwhile; remove it again".formatted(servers.name(node)));
    }
  }

  /** What is on this node alone would be lost. */
  private void requireOthers(ClusterTables tables, int node) {
    List<Integer> alone = List.of(node);
    List<String> lost = new ArrayList<>();
    tables.groups().stream()
        .filter(g -> g.nodes().equals(alone))
        .forEach(g -> lost.addAll(g.tables()));
    tables.plain().stream().filter(t -> t.nodes().equals(alone)).forEach(t -> lost.add(t.name()));
    if (!lost.isEmpty()) {
      throw new JobFailed(
          "on node %s alone: %s; give them to other nodes first by ALTER TABLE ... ADD NODE"
              .formatted(servers.name(node), String.join(", ", lost)));
    }
  }

  private int plainTables(JobControl control, ClusterTables tables, int node) throws SQLException {
    PlainTables plain = new PlainTables(servers, cluster, control);
    int count = 0;
    // As long as a table is there, so are the rows that its foreign keys refer to.
    for (PlainTable table : tables.plain().reversed()) {
      if (table.nodes().contains(node)) {
        control.say("taking table " + table.name() + " away");
        plain.remove(table, node);
        count++;
      }
    }
    return count;
  }

  private static List<Wanted> wanted(ClusterTables tables, int node) {
    return tables.groups().stream()
        .filter(g -> g.nodes().contains(node) && !g.tables().isEmpty())
        .map(g -> new Wanted(g, PlainTables.without(g.nodes(), node)))
        .toList();
  }
}
