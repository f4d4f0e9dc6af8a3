package dev.drover.planner.placement;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.catalog.ShardMap;
import java.util.List;
import java.util.Optional;

/** How the rows of an expression over tables are spread over the nodes. */
public sealed interface Placement {
  /**
   * Each node has all rows.
   *
   * @param nodes empty when any server has them: there is no table
   * @param repeatable all nodes compute the same rows
   */
  record Copies(Optional<List<Integer>> nodes, boolean repeatable) implements Placement {
    public static final Copies EVERYWHERE = new Copies(Optional.empty(), true);

    public boolean cover(List<Integer> wanted) {
      return nodes.map(n -> n.containsAll(wanted)).orElse(true);
    }
  }

  /**
   * Each row is on one node, and that node computes it from what it holds.
   *
   * @param group by whose slots the rows are placed; empty when by none
   * @param keys lists of columns whose values tell the slot; empty when no columns do
   */
  record Parts(Optional<Group> group, List<Integer> nodes, List<List<Variable>> keys)
      implements Placement {
    public Parts {
      nodes = List.copyOf(nodes);
      keys = List.copyOf(keys);
    }

    Parts withoutKeys() {
      return new Parts(Optional.empty(), nodes, List.of());
    }
  }

  /** A colocation group, in the way a table uses it. */
  record Group(ShardMap shards, boolean modulo) {}

  /** The nodes cannot compute it each by itself. */
  record Refused(SqlError error) implements Placement {}
}
