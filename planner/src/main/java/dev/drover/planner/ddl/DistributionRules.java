package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.hash.HashType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which distributions a table may have: those under which each node alone can enforce every
 * constraint.
 *
 * <p>Unlike Postgres-XC, no constraint is ever checked on one node only: a foreign key of a hash
 * table to itself, say, needs the key on both sides like any other.
 *
 * <p>Threads: immutable.
 */
final class DistributionRules {
  private static final String INDEX_MESSAGE =
      "Cannot create index whose evaluation cannot be enforced to remote nodes";
  private static final String FOREIGN_KEY_MESSAGE =
      "Cannot create foreign key whose evaluation cannot be enforced to remote nodes";

  private final CatalogSnapshot catalog;
  private final Map<Integer, Spread> changed;

  DistributionRules(CatalogSnapshot catalog) {
    this(catalog, Map.of());
  }

  /** Some tables, by OID, are about to be spread another way. */
  DistributionRules(CatalogSnapshot catalog, Map<Integer, Spread> changed) {
    this.catalog = catalog;
    this.changed = Map.copyOf(changed);
  }

  /** The first rule that the table would break, if it breaks any. */
  Optional<SqlError> violation(TableShape shape, Spread spread) {
    return keyViolation(shape.relation(), spread)
        .or(() -> uniqueViolation(shape, spread))
        .or(() -> foreignKeyViolation(shape.relation(), spread));
  }

  /** Whether a foreign key is declared from leaf to leaf. */
  boolean isOfLeaves(Relation relation, Spread spread, Relation.ForeignKey key) {
    return spread.keyed()
        && referencedSpread(relation, spread, key).map(Spread::keyed).orElse(false);
  }

  /** OIDs of other tables with leaves that a table with leaves references, ascending. */
  List<Integer> referencedLeaves(Relation relation, Spread spread) {
    return relation.foreignKeys().stream()
        .filter(k -> k.referencedOid() != relation.oid() && isOfLeaves(relation, spread, k))
        .map(Relation.ForeignKey::referencedOid)
        .distinct()
        .sorted()
        .toList();
  }

  private static Optional<SqlError> keyViolation(Relation relation, Spread spread) {
    for (int number : spread.key()) {
      Column column = relation.column(number).orElseThrow();
      if (column.generated()) {
        return Optional.of(
            SqlError.of(
                SqlState.INVALID_OBJECT_DEFINITION,
                "cannot use generated column \"%s\" as a distribution column"
                    .formatted(column.name())));
      }
      if (spread.kind() == Spread.Kind.HASH && !isHashable(column)) {
        return Optional.of(
            SqlError.of(
                SqlState.WRONG_OBJECT_TYPE,
                "Column %s is not a hash distributable data type".formatted(column.name())));
      }
      if (spread.kind() == Spread.Kind.MODULO && moduloType(column).isEmpty()) {
        return Optional.of(
            SqlError.of(
                SqlState.WRONG_OBJECT_TYPE,
                "Column %s is not a modulo distributable data type".formatted(column.name())));
      }
    }
    return Optional.empty();
  }

  static boolean isHashable(Column column) {
    return column.deterministic()
        && HashType.ofTypeOid(column.typeOid()).map(HashType::distributable).orElse(false);
  }

  /** The integer types, which have an operator class for MODULO on every node. */
  static Optional<HashType> moduloType(Column column) {
    return HashType.ofTypeOid(column.typeOid()).filter(t -> t.family() == HashType.Family.INTEGER);
  }

  private static Optional<SqlError> uniqueViolation(TableShape shape, Spread spread) {
    for (Relation.UniqueKey key : shape.relation().uniqueKeys()) {
      if (!isEnforced(key.columns(), spread)) {
        return Optional.of(indexError("Unique index", key.name(), shape.relation(), spread));
      }
    }
    for (TableShape.Exclusion exclusion : shape.exclusions()) {
      if (!isEnforced(exclusion.equalColumns(), spread)) {
        return Optional.of(
            indexError("Exclusion constraint", exclusion.name(), shape.relation(), spread));
      }
    }
    return Optional.empty();
  }

  private static boolean isEnforced(List<Integer> columns, Spread spread) {
    return switch (spread.kind()) {
      case REPLICATED -> true;
      case ROUND_ROBIN -> false;
      case HASH, MODULO -> new HashSet<>(columns).containsAll(spread.key());
    };
  }

  private static SqlError indexError(String what, String name, Relation relation, Spread spread) {
    String detail =
        spread.keyed()
            ? "%s \"%s\" does not contain the distribution key (%s) of table \"%s\"."
                .formatted(what, name, spread.keyNames(relation), relation.name())
            : "%s \"%s\" is on table \"%s\", whose rows are spread round robin."
                .formatted(what, name, relation.name());
    return SqlError.of(SqlState.FEATURE_NOT_SUPPORTED, INDEX_MESSAGE)
        .withDetail(detail)
        .withHint("Distribute the table by a column of the index, or by REPLICATION.");
  }

  /** The first foreign key that could not be checked. */
  Optional<SqlError> foreignKeyViolation(Relation relation, Spread spread) {
    for (Relation.ForeignKey key : relation.foreignKeys()) {
      Optional<String> reason = whyNotEnforced(relation, spread, key);
      if (reason.isPresent()) {
        return Optional.of(
            SqlError.of(SqlState.FEATURE_NOT_SUPPORTED, FOREIGN_KEY_MESSAGE)
                .withDetail("Foreign key \"%s\": %s.".formatted(key.name(), reason.get()))
                .withHint(
                    "Replicate the referenced table, or distribute both tables by the columns of"
                        + " the foreign key."));
      }
    }
    return Optional.empty();
  }

  /** Whether each node can check the foreign key by itself. */
  boolean isEnforced(Relation relation, Spread spread, Relation.ForeignKey key) {
    return whyNotEnforced(relation, spread, key).isEmpty();
  }

  private Optional<Spread> referencedSpread(
      Relation relation, Spread spread, Relation.ForeignKey key) {
    return key.referencedOid() == relation.oid()
        ? Optional.of(spread)
        : Optional.ofNullable(changed.get(key.referencedOid()))
            .or(() -> catalog.relation(key.referencedOid()).flatMap(DistributionRules::spread));
  }

  private static Optional<Spread> spread(Relation relation) {
    return Spread.of(relation.distribution());
  }

  private Relation referenced(Relation relation, Relation.ForeignKey key) {
    return key.referencedOid() == relation.oid()
        ? relation
        : catalog.relation(key.referencedOid()).orElse(relation);
  }

  private Optional<String> whyNotEnforced(
      Relation relation, Spread spread, Relation.ForeignKey key) {
    Optional<Spread> parent = referencedSpread(relation, spread, key);
    if (parent.isEmpty()) {
      return Optional.of("the referenced table is not a distributed table");
    }
    return switch (parent.get().kind()) {
      case REPLICATED ->
          parent.get().nodes().containsAll(spread.nodes())
              ? Optional.empty()
              : Optional.of("the replicated table is not on every node of the referencing one");
      case ROUND_ROBIN -> Optional.of("the rows of the referenced table are spread round robin");
      case HASH, MODULO -> whyNotTogether(relation, spread, key, parent.get());
    };
  }

  private Optional<String> whyNotTogether(
      Relation relation, Spread spread, Relation.ForeignKey key, Spread parent) {
    Relation target = referenced(relation, key);
    if (spread.kind() != parent.kind() || !spread.nodes().equals(parent.nodes())) {
      return Optional.of(
          "table \"%s\" is distributed by %s and its rows lie on other nodes"
              .formatted(target.name(), parent.clause(target)));
    }
    List<Integer> needed = columnsFor(key, parent);
    if (needed.size() < parent.key().size() || !needed.equals(spread.key())) {
      return Optional.of(
          "it does not pair the distribution key (%s) with that of table \"%s\" (%s)"
              .formatted(spread.keyNames(relation), target.name(), parent.keyNames(target)));
    }
    for (int i = 0; i < needed.size(); i++) {
      if (!sameFamily(relation, needed.get(i), target, parent.key().get(i))) {
        return Optional.of("equal values of the two keys have different hashes");
      }
    }
    return Optional.empty();
  }

  /**
   * The columns of a foreign key that stand for the referenced table's distribution key, in its
   * order; shorter than that key if one is missing.
   */
  static List<Integer> columnsFor(Relation.ForeignKey key, Spread parent) {
    List<Integer> columns = new ArrayList<>();
    for (int number : parent.key()) {
      int position = key.referencedColumns().indexOf(number);
      if (position >= 0) {
        columns.add(key.columns().get(position));
      }
    }
    return columns;
  }

  private static boolean sameFamily(Relation child, int column, Relation parent, int parentColumn) {
    Optional<HashType.Family> here = family(child, column);
    return here.isPresent() && here.equals(family(parent, parentColumn));
  }

  private static Optional<HashType.Family> family(Relation relation, int column) {
    return relation
        .column(column)
        .flatMap(c -> HashType.ofTypeOid(c.typeOid()))
        .map(HashType::family);
  }
}
