package dev.drover.planner.target;

import dev.drover.planner.analysis.Mentions;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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
  public Plan plan(
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

  /** The target, and the tables that decide what is done to it. */
  private List<String> lockedTables(TableUse target) {
    Set<String> names = new LinkedHashSet<>();
    names.add(SqlNames.quoted(target.relation()));
    analysis.tables().forEach(t -> names.add(SqlNames.quoted(t.relation())));
    return List.copyOf(names);
  }
}
