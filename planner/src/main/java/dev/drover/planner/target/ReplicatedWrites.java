package dev.drover.planner.target;

import dev.drover.planner.analysis.Mentions;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.RowCopies;
import dev.drover.planner.plan.RowText;
import dev.drover.planner.plan.SqlText;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Plans writes to replicated tables, which every node must carry out with the same effect.
 *
 * <p>Invariant: the text depends on nothing that may differ between the nodes.
 */
public final class ReplicatedWrites {
  private final Analysis analysis;

  public ReplicatedWrites(Analysis analysis) {
    this.analysis = analysis;
  }

  /** {@code locksRows} when concurrent statements cannot change what this one does. */
  public Plan.ReplicatedWrite plan(
      SqlText text, TableUse target, Distribution.Replicated distribution, boolean locksRows) {
    if (!analysis.isReplicatedOnly()) {
      throw Unsupported.error("changes of replicated tables that read distributed ones");
    }
    if (!analysis.commonNodes().containsAll(distribution.nodes())) {
      throw Unsupported.error(
          "changes of replicated tables that read tables missing on some of their nodes");
    }
    if (analysis.mentions().cutsBelow()) {
      throw Unsupported.error(
          "changes of replicated tables that depend on the order of rows (LIMIT)");
    }
    for (Mentions.Call call : analysis.mentions().calls()) {
      if (analysis.functions().isVolatile(call.call())) {
        throw Unsupported.error(
            "volatile functions ("
                + call.call().name().local()
                + ") in changes of replicated tables");
      }
    }
    int primary = distribution.primary();
    List<Integer> others = distribution.nodes().stream().filter(n -> n != primary).toList();
    List<String> lock = locksRows ? List.of() : lockedTables(target);
    return new Plan.ReplicatedWrite(text, primary, others, lock);
  }

  /** For a change of the one row that a cursor on the primary stands on. */
  public Optional<RowCopies> atCursor(RowText text, TableUse target) {
    if (!(target.relation().distribution() instanceof Distribution.Replicated replicated)) {
      return Optional.empty();
    }
    Plan.ReplicatedWrite write = plan(text.where("true"), target, replicated, true);
    Relation relation = target.relation();
    List<Column> key =
        relation.uniqueKeys().stream()
            .filter(Relation.UniqueKey::primary)
            .flatMap(k -> k.columns().stream())
            .flatMap(number -> relation.column(number).stream())
            .toList();
    Optional<String> same =
        Stream.concat(relation.columns().stream().filter(c -> !key.contains(c)), key.stream())
            .filter(c -> !c.generated() && c.identity() != Column.Identity.ALWAYS)
            .map(c -> SqlNames.quote(c.name()))
            .findFirst();
    List<String> names = key.stream().map(c -> SqlNames.quote(c.name())).toList();
    return Optional.of(new RowCopies(write.primary(), write.others(), names, same));
  }

  /** The target, and the tables that decide what is done to it. */
  private List<String> lockedTables(TableUse target) {
    Set<String> names = new LinkedHashSet<>();
    names.add(SqlNames.quoted(target.relation()));
    analysis.tables().forEach(t -> names.add(SqlNames.quoted(t.relation())));
    return List.copyOf(names);
  }
}
