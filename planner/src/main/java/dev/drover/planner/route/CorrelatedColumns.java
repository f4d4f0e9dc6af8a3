package dev.drover.planner.route;

import dev.drover.planner.sql.Expr;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The columns by which a subquery looks up rows for each row around it: a relation that stands for
 * the table there needs an index, or it is read from its start to its end each time.
 *
 * <pre>
 * ... WHERE l_quantity &lt; (SELECT avg(l_quantity) FROM lineitem WHERE l_partkey = p_partkey)
 * </pre>
 *
 * <p>EXISTS is left out: PostgreSQL makes a join of it.
 */
final class CorrelatedColumns {
  private final Analysis analysis;

  CorrelatedColumns(Analysis analysis) {
    this.analysis = analysis;
  }

  /** Those of a table; empty when no subquery looks it up. */
  List<String> of(TableUse table) {
    Set<String> columns = new LinkedHashSet<>();
    analysis
        .mentions()
        .text()
        .all()
        .flatMap(text -> text.blocks().stream())
        .filter(block -> block.scope().sources().contains(table) && isEvaluated(block))
        .forEach(block -> columns.addAll(lookedUp(block, table)));
    return List.copyOf(columns);
  }

  /** Something is computed from its rows. */
  private static boolean isEvaluated(Block block) {
    return block.scope().outer().isPresent()
        && block.select().stream()
            .flatMap(select -> select.targets().stream())
            .anyMatch(target -> !isOfExists(target.value()));
  }

  private static boolean isOfExists(Expr target) {
    return target instanceof Expr.Literal
        || (target instanceof Expr.ColumnRef reference && reference.star());
  }

  private static List<String> lookedUp(Block block, TableUse table) {
    List<Source> inside = block.scope().sources();
    List<String> columns = new ArrayList<>();
    for (Fact fact : block.whereFacts()) {
      if (fact instanceof Fact.Same(var left, var right)) {
        if (left.source() == table && !inside.contains(right.source())) {
          columns.add(left.column());
        } else if (right.source() == table && !inside.contains(left.source())) {
          columns.add(right.column());
        }
      }
    }
    return columns;
  }
}
