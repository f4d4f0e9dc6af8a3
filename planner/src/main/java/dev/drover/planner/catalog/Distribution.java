package dev.drover.planner.catalog;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** How the rows of a relation are spread over the nodes. */
public sealed interface Distribution {
  /** Letters of {@code pgxc_class.pclocatortype}. */
  char locator();

  /** Ids of the datanodes that hold rows, ascending. */
  List<Integer> nodes();

  /** Never reused, so a name that carries it cannot meet another table; 0 on the catalog node. */
  int distributionId();

  /**
   * By the hash of the key columns, natively partitioned on every node.
   *
   * @param key attribute numbers, in key order
   * @param leafName name of each leaf, equal in every slot's schema; ends in {@code $} and the
   *     distribution id
   */
  record Hash(int distributionId, List<Integer> key, ShardMap shards, String leafName)
      implements Distribution {
    public Hash {
      key = List.copyOf(key);
      requireNonNull(shards);
      requireNonNull(leafName);
    }

    @Override
    public char locator() {
      return 'H';
    }

    @Override
    public List<Integer> nodes() {
      return shards.nodes();
    }
  }

  /** By the value of one integer column modulo the number of slots. */
  record Modulo(int distributionId, int key, ShardMap shards, String leafName)
      implements Distribution {
    public Modulo {
      requireNonNull(shards);
      requireNonNull(leafName);
    }

    @Override
    public char locator() {
      return 'M';
    }

    @Override
    public List<Integer> nodes() {
      return shards.nodes();
    }
  }

  /** Each node holds every row; a write runs on {@code primary} first. */
  record Replicated(int distributionId, List<Integer> nodes, int primary) implements Distribution {
    public Replicated {
      nodes = List.copyOf(nodes);
    }

    @Override
    public char locator() {
      return 'R';
    }
  }

  /** Each row is on some node. */
  record RoundRobin(int distributionId, List<Integer> nodes) implements Distribution {
    public RoundRobin {
      nodes = List.copyOf(nodes);
    }

    @Override
    public char locator() {
      return 'N';
    }
  }

  /** Only on the catalog node: system catalogs, sequences, temporary tables, Drover's own views. */
  record CatalogNode() implements Distribution {
    @Override
    public char locator() {
      return 'O';
    }

    @Override
    public List<Integer> nodes() {
      return List.of();
    }

    @Override
    public int distributionId() {
      return 0;
    }
  }
}
