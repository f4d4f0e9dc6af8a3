package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Relation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Chooses a distribution for a table whose statement names none.
 *
 * <p>The first of these that breaks no rule: HASH by a column that all unique constraints have in
 * common; as the table that a foreign key references, by the referencing columns; HASH by the first
 * column of a distributable type; ROUNDROBIN; REPLICATION. If each breaks one, the first for which
 * the tables that foreign keys reference can be replicated.
 *
 * <p>Threads: immutable.
 */
final class DefaultDistribution {
  private final CatalogSnapshot catalog;
  private final DistributionRules rules;
  private final ReferencedTables referenced;

  DefaultDistribution(DdlContext context) {
    this.catalog = context.catalog();
    this.rules = new DistributionRules(catalog);
    this.referenced = new ReferencedTables(context);
  }

  /**
   * @param replicated how tables that foreign keys reference have to be spread for it, by OID
   */
  record Choice(Spread spread, Map<Integer, Spread> replicated) {
    Choice {
      replicated = Collections.unmodifiableMap(new LinkedHashMap<>(replicated));
    }
  }

  /**
   * @param nodes where the user wants the table, or every datanode
   * @param anyNodes whether the table may follow another one to other nodes
   * @throws SqlError if no distribution satisfies every constraint
   */
  Choice choose(TableShape shape, List<Integer> nodes, boolean anyNodes) {
    List<Spread> candidates = candidates(shape, nodes, anyNodes);
    return first(shape, candidates)
        .orElseThrow(() -> rules.violation(shape, candidates.getFirst()).orElseThrow());
  }

  /** One of the candidates as the other tables are, or else with some of these replicated. */
  Optional<Choice> first(TableShape shape, List<Spread> candidates) {
    return candidates.stream()
        .filter(candidate -> rules.violation(shape, candidate).isEmpty())
        .map(candidate -> new Choice(candidate, Map.of()))
        .findFirst()
        .or(
            () ->
                candidates.stream()
                    .flatMap(
                        candidate ->
                            referenced.replicatedFor(shape, candidate).stream()
                                .map(others -> new Choice(candidate, others)))
                    .findFirst());
  }

  private List<Spread> candidates(TableShape shape, List<Integer> nodes, boolean anyNodes) {
    List<Spread> candidates = new ArrayList<>();
    for (int column : commonColumns(shape)) {
      candidates.add(new Spread(Spread.Kind.HASH, List.of(column), nodes));
    }
    for (Relation.ForeignKey key : shape.relation().foreignKeys()) {
      following(shape.relation(), key)
          .filter(s -> anyNodes || s.nodes().equals(nodes))
          .ifPresent(candidates::add);
    }
    shape.relation().columns().stream()
        .filter(c -> DistributionRules.isHashable(c) && !c.generated())
        .findFirst()
        .ifPresent(c -> candidates.add(new Spread(Spread.Kind.HASH, List.of(c.number()), nodes)));
    candidates.add(new Spread(Spread.Kind.ROUND_ROBIN, List.of(), nodes));
    candidates.add(new Spread(Spread.Kind.REPLICATED, List.of(), nodes));
    return candidates;
  }

  /** Hashable columns that every unique or exclusion constraint contains, the first key's order. */
  private static Set<Integer> commonColumns(TableShape shape) {
    List<List<Integer>> keys = new ArrayList<>();
    shape.relation().uniqueKeys().stream()
        .filter(Relation.UniqueKey::primary)
        .forEach(k -> keys.add(k.columns()));
    shape.relation().uniqueKeys().stream()
        .filter(k -> !k.primary())
        .forEach(k -> keys.add(k.columns()));
    shape.exclusions().forEach(e -> keys.add(e.equalColumns()));
    if (keys.isEmpty()) {
      return Set.of();
    }
    Set<Integer> common = new LinkedHashSet<>(keys.getFirst());
    keys.forEach(common::retainAll);
    common.removeIf(
        n ->
            !shape
                .relation()
                .column(n)
                .filter(DistributionRules::isHashable)
                .map(c -> !c.generated())
                .orElse(false));
    return common;
  }

  private Optional<Spread> following(Relation relation, Relation.ForeignKey key) {
    if (key.referencedOid() == relation.oid()) {
      return Optional.empty();
    }
    return catalog
        .relation(key.referencedOid())
        .flatMap(parent -> Spread.of(parent.distribution()))
        .filter(Spread::keyed)
        .map(s -> new Spread(s.kind(), DistributionRules.columnsFor(key, s), s.nodes()))
        .filter(s -> !s.key().isEmpty());
  }

  /** The notice that goes with a choice. */
  static String notice(Relation relation, Spread spread) {
    return "table \"%s\" is distributed by %s: say DISTRIBUTE BY to choose another way"
        .formatted(relation.name(), spread.clause(relation));
  }

  /** Attribute numbers of named columns. */
  static List<Integer> numbers(Relation relation, List<String> names) {
    return names.stream()
        .map(n -> relation.column(n).map(Column::number).orElseThrow(() -> undefined(n)))
        .toList();
  }

  private static SqlError undefined(String column) {
    return SqlError.of(SqlState.UNDEFINED_COLUMN, "column \"%s\" does not exist".formatted(column));
  }
}
