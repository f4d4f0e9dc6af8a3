package dev.drover.planner.route;

import dev.drover.planner.context.Unsupported;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.Refusals;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.text.NodeText;

/** Plans of statements that touch no row on a datanode. */
final class LocalPlans {
  private final Analysis analysis;

  LocalPlans(Analysis analysis) {
    this.analysis = analysis;
  }

  /** On the catalog node; on a datanode when a function reads replicated tables. */
  Plan plan() {
    Refusals refusals = new Refusals(analysis);
    refusals.checkReach();
    NodeText texts = new NodeText(analysis);
    boolean inTransaction = analysis.context().session().inTransaction();
    if (refusals.readsReplicated()) {
      refusals.checkDatanodes();
      refusals.checkSequences();
      SqlText text = texts.plain(inTransaction).render(analysis.span());
      return new Plan.AnyNode(text, analysis.context().catalog().datanodes(), false);
    }
    return local(texts.plain(inTransaction).render(analysis.span()));
  }

  /**
   * For rows that are evaluated once: on the catalog node, or on a datanode when a function reads
   * replicated tables.
   */
  Plan reader(SqlText text, boolean drawsCentrally) {
    if (!new Refusals(analysis).readsReplicated()) {
      Plan.Local local = local(text);
      boolean pins = local.pinsConnection() || drawsCentrally;
      return new Plan.Local(text, pins, local.changesSettings(), local.notifies());
    }
    if (drawsCentrally) {
      throw Unsupported.error(
          "INSERT statements that draw from a sequence and call a function that reads tables");
    }
    return new Plan.AnyNode(text, analysis.context().catalog().datanodes(), false);
  }

  Plan.Local local(SqlText text) {
    boolean leavesState =
        analysis.mentions().calls().stream()
            .anyMatch(c -> analysis.functions().mayLeaveState(c.call()));
    boolean changesSettings =
        analysis.mentions().calls().stream()
            .anyMatch(
                c ->
                    analysis.functions().isSetConfig(c.call())
                        || (analysis.functions().isUsers(c.call())
                            && analysis.functions().isVolatile(c.call())));
    boolean notifies =
        analysis.mentions().calls().stream().anyMatch(c -> analysis.functions().notifies(c.call()));
    return new Plan.Local(
        text, leavesState || analysis.touchesTemporary(), changesSettings, notifies);
  }
}
