package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The rows of a table go to the one that was made in its place: what may stay on its node is copied
 * there, the rest goes through the coordinator to other nodes.
 *
 * <p>Both are names that every datanode knows. In all texts <code>${name}</code> stands for an
 * earlier step's captured value.
 *
 * @param from qualified and quoted
 * @param to qualified and quoted
 * @param columns quoted names of all that can be written
 */
public record CarryRows(String from, String to, List<String> columns, Source source, Target target)
    implements DdlStep {
  public CarryRows {
    requireNonNull(from);
    requireNonNull(to);
    columns = List.copyOf(columns);
    requireNonNull(source);
    requireNonNull(target);
  }

  /**
   * Where the rows are.
   *
   * @param copies each node has all of them
   */
  public record Source(List<Integer> nodes, boolean copies) {
    public Source {
      nodes = List.copyOf(nodes);
    }
  }

  /** Where they are to be. */
  public sealed interface Target {}

  /**
   * In leaves.
   *
   * @param modulo by the key's value and not by its hash
   * @param keyNames quoted, in key order
   * @param key the same columns, with positions among those that are written
   * @param distributionId of the new table
   * @param slots the node of each slot, as an array's text
   */
  public record Leaves(
      boolean modulo,
      List<String> keyNames,
      List<KeyColumn> key,
      String distributionId,
      String leafName,
      String slots)
      implements Target {
    public Leaves {
      keyNames = List.copyOf(keyNames);
      key = List.copyOf(key);
      requireNonNull(distributionId);
      requireNonNull(leafName);
      requireNonNull(slots);
    }
  }

  /** All on each of the nodes. */
  public record Copies(List<Integer> nodes) implements Target {
    public Copies {
      nodes = List.copyOf(nodes);
    }
  }

  /** Each on any one of the nodes. */
  public record Anywhere(List<Integer> nodes) implements Target {
    public Anywhere {
      nodes = List.copyOf(nodes);
    }
  }
}
