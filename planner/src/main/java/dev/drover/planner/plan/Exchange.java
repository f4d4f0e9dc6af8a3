package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.hash.HashType;
import java.util.List;

/**
 * Rows that move: what one fragment yields is a temporary relation where other fragments read it.
 *
 * @param relation its name there, unquoted; unique in the plan
 * @param columns one per column of the producer's text
 * @param constraints more elements of its CREATE TABLE, such as {@code PRIMARY KEY (id)}
 * @param indexed the columns of an index that it gets unless its rows are few; without one empty
 * @param compared the columns that equal columns of other relations where it is read, if known
 */
public record Exchange(
    String relation,
    List<Column> columns,
    List<String> constraints,
    List<String> indexed,
    List<String> compared,
    Fragment producer,
    Route route) {
  /**
   * A column of the relation.
   *
   * @param name unquoted
   * @param type as {@code format_type} prints it, followed by COLLATE where that is not the type's
   *     default
   */
  public record Column(String name, String type) {
    public Column {
      requireNonNull(name);
      requireNonNull(type);
    }
  }

  /** Which row goes where. */
  public sealed interface Route {
    /** All rows to the one place where the reading fragments run. */
    record Gather() implements Route {}

    /** All rows to every node of the reading fragments. */
    record Broadcast() implements Route {}

    /**
     * Each row to the node that holds the slot of its key; rows with a NULL in the key go to the
     * node of the slot of that NULL.
     *
     * @param key positions (from 0) of the key's columns
     * @param types how each is hashed
     * @param modulo the slot is the value modulo the number of slots, not its hash
     */
    record ByKey(List<Integer> key, List<HashType> types, ShardMap shards, boolean modulo)
        implements Route {
      public ByKey {
        key = List.copyOf(key);
        types = List.copyOf(types);
        requireNonNull(shards);
      }
    }
  }

  public Exchange {
    requireNonNull(relation);
    columns = List.copyOf(columns);
    constraints = List.copyOf(constraints);
    indexed = List.copyOf(indexed);
    compared = List.copyOf(compared);
    requireNonNull(producer);
    requireNonNull(route);
  }
}
