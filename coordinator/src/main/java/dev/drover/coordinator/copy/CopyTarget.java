package dev.drover.coordinator.copy;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.hash.HashType;
import java.util.List;

/** Where the rows of a COPY go. */
public sealed interface CopyTarget {
  /** Ids of the nodes that may get rows. */
  List<Integer> nodes();

  /** Key columns, in key order. */
  default List<Key> keys() {
    return List.of();
  }

  /**
   * By the slot of the key.
   *
   * @param modulo the slot is the value modulo the number of slots, not its hash
   * @param leaves rows are sent to leaves; else to the table itself
   */
  record Slots(ShardMap shards, boolean modulo, List<Key> keys, boolean leaves)
      implements CopyTarget {
    public Slots {
      requireNonNull(shards);
      keys = List.copyOf(keys);
    }

    @Override
    public List<Integer> nodes() {
      return shards.nodes();
    }
  }

  /** Every row to every node. */
  record Everywhere(List<Integer> nodes) implements CopyTarget {
    public Everywhere {
      nodes = List.copyOf(nodes);
    }
  }

  /** Runs of rows to the nodes in turn. */
  record InTurn(List<Integer> nodes) implements CopyTarget {
    public InTurn {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * A column of the distribution key.
   *
   * @param typmod the column's; {@code RoutingHash.NO_TYPMOD} for none
   */
  record Key(Source source, HashType type, int typmod) {
    public Key {
      requireNonNull(source);
      requireNonNull(type);
    }
  }

  /** Where the value of a key column comes from. */
  sealed interface Source {
    /** A field of the client's row: position from 0. */
    record Field(int position) implements Source {}

    /** A value that the {@link DefaultsFiller} adds: position from 0 among them. */
    record Filled(int index) implements Source {}

    /** Neither listed nor filled: NULL. */
    record Absent() implements Source {}
  }
}
