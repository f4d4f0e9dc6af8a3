package dev.drover.coordinator.copy;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.plan.KeyColumn;
import dev.drover.planner.plan.Plan;
import java.util.ArrayList;
import java.util.List;

/** Where the rows of a COPY go. */
public sealed interface CopyTarget {
  /**
   * The target of a plan.
   *
   * @param filled for each key column its position among the filled columns; -1 when it is not
   *     filled
   * @param leaves rows may be sent to leaves, not only to the table itself
   */
  static CopyTarget of(Plan.InsertTarget target, List<Integer> filled, boolean leaves) {
    List<Key> keys = new ArrayList<>();
    for (int i = 0; i < target.key().size(); i++) {
      KeyColumn key = target.key().get(i);
      keys.add(new Key(source(key.position(), filled.get(i)), key.type(), key.typmod()));
    }
    return switch (target.distribution()) {
      case Distribution.Hash hash -> new Slots(hash.shards(), false, keys, leaves);
      case Distribution.Modulo modulo -> new Slots(modulo.shards(), true, keys, leaves);
      case Distribution.Replicated replicated -> new Everywhere(replicated.nodes());
      case Distribution.RoundRobin roundRobin -> new InTurn(roundRobin.nodes());
      case Distribution.CatalogNode _ ->
          throw new IllegalArgumentException("rows of " + target.table() + " are not distributed");
    };
  }

  private static Source source(int position, int filled) {
    if (position >= 0) {
      return new Source.Field(position);
    }
    return filled >= 0 ? new Source.Filled(filled) : new Source.Absent();
  }

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
