package dev.drover.planner.route;

import dev.drover.planner.catalog.Routine;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.RelationNames;
import java.util.List;

/** The conditions of a change that a node can check by itself, on the rows of the table alone. */
final class ChangePushdown {
  private final Analysis analysis;

  ChangePushdown(Analysis analysis) {
    this.analysis = analysis;
  }

  /** {@code " WHERE ..."}, or nothing. */
  SqlText where(ChangeTarget target) {
    SpliceText text = new NodeText(analysis).plain(true);
    TextBuilder where = new TextBuilder();
    String before = " WHERE (";
    for (Expr condition : target.conditions()) {
      if (isOfTable(condition, target)) {
        where.add(before).add(text.render(condition.span())).add(")");
        before = " AND (";
      }
    }
    return where.build();
  }

  private boolean isOfTable(Expr condition, ChangeTarget target) {
    List<Node> nodes = RelationNames.collect(condition, Node.class);
    return nodes.stream().allMatch(node -> isOfTable(node, target));
  }

  private boolean isOfTable(Node node, ChangeTarget target) {
    return switch (node) {
      case Expr.SubqueryExpr _ -> false;
      case Expr.Special special -> analysis.mentions().clocks().contains(special);
      case Expr.ColumnRef reference ->
          !analysis.mentions().schemaQualified().contains(reference)
              && target.block().references().get(reference) instanceof Resolved.OfColumn(var column)
              && column.source() == target.table();
      case Expr.FunctionCall call -> mayRunOnNodes(call);
      case Expr.Cast cast -> !analysis.mentions().objectNames().contains(cast);
      default -> true;
    };
  }

  private boolean mayRunOnNodes(Expr.FunctionCall call) {
    FunctionRules functions = analysis.functions();
    return !functions.isVolatile(call)
        && !functions.isSequenceCall(call)
        && !functions.isSessionCall(call)
        && functions.reach(call) == Routine.Reach.NONE;
  }
}
