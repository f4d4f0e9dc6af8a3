package dev.drover.coordinator.exec;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.CatalogCache;
import dev.drover.coordinator.catalog.StatementText;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.ddl.LeafNames;
import dev.drover.planner.plan.Plan;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether a statement's tables are still those it was planned for.
 *
 * <p>A statement may wait on a server behind a change of the schema that commits meanwhile; a table
 * that it names can then be another one, spread in another way. Changes are announced before they
 * commit, so whoever has an answer for a new table knows that there is one.
 *
 * <p>Threads: stateless.
 */
public final class TableChanges {
  private TableChanges() {}

  /** What a statement fails with that has waited too long. */
  static SqlError whileWaiting() {
    return SqlError.of(
        SqlState.SERIALIZATION_FAILURE, "a table was changed while the statement waited for it");
  }

  /** Leaves are never named twice; what is private to a transaction is locked by it. */
  static boolean concern(CachedPlan plan) {
    return plan.view().shared()
        && switch (plan.plan()) {
          case Plan.OneNode _, Plan.Local _, Plan.Control _ -> false;
          default -> true;
        };
  }

  /**
   * Whether a server's error may come from a route that is old: the leaf is not there any more, or
   * rows of the slot are not its any more. A leaf's name is never used again.
   */
  static boolean mayCause(ErrorFields error) {
    return switch (error.sqlState()) {
      case "42P01" -> error.message().contains("\"" + LeafNames.SCHEMA_PREFIX);
      case "23514" ->
          error.get(ErrorFields.ROUTINE).filter("ExecFindPartition"::equals).isPresent();
      default -> false;
    };
  }

  /**
   * A relation is not there, or a row does not belong there, where the plan had it; or copies of a
   * table that has none any more differ.
   */
  public static boolean mayHaveMoved(ErrorFields error) {
    return error.sqlState().equals(SqlState.UNDEFINED_TABLE.code())
        || (error.sqlState().equals(SqlState.CHECK_VIOLATION.code())
            && error.get(ErrorFields.CONSTRAINT).isEmpty())
        || error.sqlState().equals(SqlState.INTERNAL_ERROR.code());
  }

  /** Nothing has changed, and nothing is about to. */
  static boolean none(CachedPlan plan, CatalogCache catalog) {
    return catalog.isCurrent() && plan.madeUnder(catalog.view());
  }

  /**
   * True when a relation that the text may mean is gone or spread otherwise. A row that was added
   * to one of several nodes of a round robin table lies well, whatever nodes have come since.
   */
  static boolean hit(CachedPlan plan, CatalogSnapshot now, StatementText text) {
    boolean adds =
        plan.plan() instanceof Plan.AnyNode any && any.writes() && any.nodes().size() > 1;
    return meant(plan.view().snapshot(), text)
        .anyMatch(relation -> !isSame(relation, now) && !(adds && hasGrown(relation, now)));
  }

  private static boolean hasGrown(Relation relation, CatalogSnapshot now) {
    return now.relation(relation.oid())
        .map(
            found ->
                isNamedAlike(relation, found)
                    && relation.distributed()
                    && relation.distribution() instanceof Distribution.RoundRobin before
                    && found.distributed()
                    && found.distribution() instanceof Distribution.RoundRobin after
                    && after.nodes().containsAll(before.nodes()))
        .orElse(false);
  }

  /**
   * True when a relation is still there and spread otherwise that the text may mean, by a name or
   * through a view of then or of now.
   */
  public static boolean spreadOtherwise(
      CatalogSnapshot before, CatalogSnapshot now, StatementText text) {
    return Stream.concat(meant(before, text), meant(now, text))
        .map(Relation::oid)
        .anyMatch(oid -> isSpreadOtherwise(before.relation(oid), now.relation(oid)));
  }

  private static boolean isSpreadOtherwise(Optional<Relation> before, Optional<Relation> now) {
    return before.isPresent() && now.isPresent() && !isSpreadAlike(before.get(), now.get());
  }

  private static Stream<Relation> meant(CatalogSnapshot catalog, StatementText text) {
    return MeantRelations.of(catalog, text.utf8()).stream();
  }

  private static boolean isSame(Relation relation, CatalogSnapshot now) {
    return now.relation(relation.oid())
        .map(found -> isNamedAlike(relation, found) && isSpreadAlike(relation, found))
        .orElse(false);
  }

  private static boolean isNamedAlike(Relation before, Relation now) {
    return now.name().equals(before.name()) && now.schema().equals(before.schema());
  }

  private static boolean isSpreadAlike(Relation before, Relation now) {
    if (!before.distributed()) {
      return true;
    }
    return now.distributed()
        && now.distribution().distributionId() == before.distribution().distributionId()
        && shards(now.distribution()).equals(shards(before.distribution()));
  }

  private static Optional<ShardMap> shards(Distribution distribution) {
    return switch (distribution) {
      case Distribution.Hash hash -> Optional.of(hash.shards());
      case Distribution.Modulo modulo -> Optional.of(modulo.shards());
      case Distribution.Replicated _, Distribution.RoundRobin _, Distribution.CatalogNode _ ->
          Optional.empty();
    };
  }
}
