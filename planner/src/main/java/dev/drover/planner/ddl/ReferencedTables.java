package dev.drover.planner.ddl;

import dev.drover.planner.catalog.Relation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What foreign keys need of the tables that they reference: where the two tables' rows do not lie
 * together, the referenced one must be replicated, so that each node can check the key alone. A
 * table may become so by itself while its distribution is one chosen by rule and it has no rows.
 *
 * <p>Threads: confined to the caller's.
 */
final class ReferencedTables {
  private final DdlContext context;

  ReferencedTables(DdlContext context) {
    this.context = context;
  }

  /**
   * The tables that would have to be replicated for a table to be spread so, by OID, each after
   * those that it references itself; none if all is well as it is.
   *
   * @param shape the table as a statement leaves it
   * @return empty if a rule stays broken, also for a table that references this one
   */
  Optional<Map<Integer, Spread>> replicatedFor(TableShape shape, Spread spread) {
    Map<Integer, Spread> replicated = new LinkedHashMap<>();
    replicate(shape.relation(), spread, replicated);
    return new Rebuild(context, shape, spread, replicated).violation().isEmpty()
            && replicated.entrySet().stream().allMatch(e -> fits(e, replicated))
        ? Optional.of(replicated)
        : Optional.empty();
  }

  private void replicate(Relation relation, Spread spread, Map<Integer, Spread> replicated) {
    for (Relation.ForeignKey key : relation.foreignKeys()) {
      DistributionRules rules = new DistributionRules(context.catalog(), replicated);
      if (rules.isEnforced(relation, spread, key)) {
        continue;
      }
      Optional<Relation> parent =
          context
              .catalog()
              .relation(key.referencedOid())
              .filter(p -> p.oid() != relation.oid() && !replicated.containsKey(p.oid()))
              .filter(p -> context.probe().isProvisional(p) && context.probe().isEmpty(p));
      if (parent.isPresent()) {
        Spread everywhere =
            new Spread(Spread.Kind.REPLICATED, List.of(), parent.get().distribution().nodes());
        replicate(parent.get(), everywhere, replicated);
        replicated.put(parent.get().oid(), everywhere);
      }
    }
  }

  private boolean fits(Map.Entry<Integer, Spread> change, Map<Integer, Spread> all) {
    return rebuild(change.getKey(), change.getValue(), all).violation().isEmpty();
  }

  /** Spreads the tables anew, in the given order. */
  void addSteps(Steps steps, Map<Integer, Spread> replicated) {
    replicated.forEach(
        (oid, spread) -> {
          Relation table = context.catalog().relation(oid).orElseThrow();
          steps.notice(DefaultDistribution.notice(table, spread));
          steps.requireIdle(table);
          rebuild(oid, spread, replicated).addSteps(steps, "", true);
        });
  }

  /** No exclusion constraint hinders a replicated table. */
  private Rebuild rebuild(int oid, Spread spread, Map<Integer, Spread> all) {
    Relation table = context.catalog().relation(oid).orElseThrow();
    return new Rebuild(context, new TableShape(table, List.of(), false), spread, all);
  }
}
