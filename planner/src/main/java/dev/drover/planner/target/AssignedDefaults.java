package dev.drover.planner.target;

import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.sql.Assignment;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.text.SpliceText;
import java.util.List;
import java.util.Optional;

/** {@code SET c = DEFAULT}, where the nodes would choose values of their own. */
public final class AssignedDefaults {
  private final Relation relation;
  private final RoutingContext context;

  public AssignedDefaults(Relation relation, RoutingContext context) {
    this.relation = relation;
    this.context = context;
  }

  /** Spells clocks out when they must agree; refuses what only one place can give. */
  public void replaceIn(SpliceText text, List<Assignment> assignments, boolean oneNow) {
    for (Assignment assignment : assignments) {
      List<Expr> values =
          assignment.row() && assignment.value() instanceof Expr.RowExpr row
              ? row.elements()
              : List.of(assignment.value());
      for (int i = 0; i < Math.min(values.size(), assignment.targets().size()); i++) {
        String column = assignment.targets().get(i).column().text();
        if (isDefault(values.get(i))) {
          replace(text, relation.column(column), values.get(i), oneNow);
        }
      }
    }
  }

  private static boolean isDefault(Expr value) {
    return value instanceof Expr.Constant(_, var kind) && kind == Expr.Constant.Kind.DEFAULT;
  }

  private void replace(SpliceText text, Optional<Column> column, Expr value, boolean oneNow) {
    if (column.isEmpty()) {
      return;
    }
    boolean copied = relation.distribution() instanceof Distribution.Replicated;
    switch (ColumnDefault.of(relation, column.get(), context)) {
      case ColumnDefault.Constant _ -> {}
      case ColumnDefault.Clock(var clock) -> {
        if (oneNow) {
          text.replace(value.span(), clock);
        }
      }
      case ColumnDefault.Volatile _ -> {
        if (copied) {
          throw Unsupported.error("assignments of volatile defaults in replicated tables");
        }
      }
      case ColumnDefault.Central _ ->
          throw Unsupported.error("assignments of defaults that draw from a sequence");
    }
  }
}
