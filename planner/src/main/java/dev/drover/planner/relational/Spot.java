package dev.drover.planner.relational;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.catalog.ShardMap;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where rows are. */
public sealed interface Spot {
  /** All of them on each of these nodes, the same everywhere. */
  record Copies(List<Integer> nodes) implements Spot {
    public Copies {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * Each on the node that holds the slot of its key.
   *
   * @param key for each position the columns that have its value in every row
   */
  record Hashed(ShardMap shards, boolean modulo, List<Set<Column>> key) implements Spot {
    public Hashed {
      requireNonNull(shards);
      key = key.stream().map(Set::copyOf).toList();
    }

    boolean isLike(Hashed other) {
      return shards.equals(other.shards)
          && modulo == other.modulo
          && key.size() == other.key.size();
    }

    /** In the same way by other columns. */
    Hashed by(List<Column> columns) {
      return new Hashed(shards, modulo, columns.stream().map(Set::of).toList());
    }

    /** Columns that are equal to one of the key's have its value too. */
    Hashed and(List<Scalar> conditions) {
      List<Set<Column>> wider = new ArrayList<>();
      for (Set<Column> position : key) {
        Set<Column> all = new LinkedHashSet<>(position);
        for (Scalar condition : conditions) {
          condition
              .equal()
              .ifPresent(
                  e -> {
                    if (position.contains(e.left()) || position.contains(e.right())) {
                      all.add(e.left());
                      all.add(e.right());
                    }
                  });
        }
        wider.add(all);
      }
      return new Hashed(shards, modulo, wider);
    }

    /** The same rows with only these columns left. */
    Spot only(Set<Column> columns) {
      List<Set<Column>> left = new ArrayList<>();
      for (Set<Column> position : key) {
        Set<Column> kept = new LinkedHashSet<>(position);
        kept.retainAll(columns);
        if (kept.isEmpty()) {
          return new Scattered(shards.nodes());
        }
        left.add(kept);
      }
      return new Hashed(shards, modulo, left);
    }
  }

  /** Each on some one of these nodes. */
  record Scattered(List<Integer> nodes) implements Spot {
    public Scattered {
      nodes = List.copyOf(nodes);
    }
  }

  /** On the catalog node. */
  record One() implements Spot {}

  /** The nodes that have rows; none for the catalog node. */
  default List<Integer> nodes() {
    return switch (this) {
      case Copies(var nodes) -> nodes;
      case Hashed hashed -> hashed.shards().nodes();
      case Scattered(var nodes) -> nodes;
      case One() -> List.of();
    };
  }

  /** Each row is on one datanode. */
  default boolean isParts() {
    return this instanceof Hashed || this instanceof Scattered;
  }
}
