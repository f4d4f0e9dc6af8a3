package dev.drover.planner.ddl;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import java.util.List;
import java.util.Optional;

/**
 * A way to spread a table, before it has a distribution id and a shard map.
 *
 * @param key attribute numbers in key order; empty unless by hash or modulo
 * @param nodes ids of the datanodes, ascending
 */
record Spread(Kind kind, List<Integer> key, List<Integer> nodes) {
  /** The four kinds, by the letters of {@code pgxc_class}. */
  enum Kind {
    HASH('H'),
    MODULO('M'),
    REPLICATED('R'),
    ROUND_ROBIN('N');

    private final char locator;

    Kind(char locator) {
      this.locator = locator;
    }

    char locator() {
      return locator;
    }
  }

  Spread {
    requireNonNull(kind);
    key = List.copyOf(key);
    nodes = nodes.stream().sorted().toList();
  }

  /** Empty for what lives on the catalog node. */
  static Optional<Spread> of(Distribution distribution) {
    return switch (distribution) {
      case Distribution.Hash hash -> Optional.of(new Spread(Kind.HASH, hash.key(), hash.nodes()));
      case Distribution.Modulo modulo ->
          Optional.of(new Spread(Kind.MODULO, List.of(modulo.key()), modulo.nodes()));
      case Distribution.Replicated replicated ->
          Optional.of(new Spread(Kind.REPLICATED, List.of(), replicated.nodes()));
      case Distribution.RoundRobin roundRobin ->
          Optional.of(new Spread(Kind.ROUND_ROBIN, List.of(), roundRobin.nodes()));
      case Distribution.CatalogNode _ -> Optional.empty();
    };
  }

  /** Whether rows lie in leaves. */
  boolean keyed() {
    return kind == Kind.HASH || kind == Kind.MODULO;
  }

  /** As the clause is written: {@code HASH (a, b)}. */
  String clause(Relation relation) {
    return switch (kind) {
      case HASH, MODULO -> kind.name() + " (" + keyNames(relation) + ")";
      case REPLICATED -> "REPLICATION";
      case ROUND_ROBIN -> "ROUNDROBIN";
    };
  }

  /** Names of the key columns, for messages. */
  String keyNames(Relation relation) {
    return key.stream()
        .map(number -> relation.column(number).map(Column::name).orElse("?"))
        .collect(joining(", "));
  }
}
