package dev.drover.planner.route;

import dev.drover.planner.catalog.Relation;
import dev.drover.planner.sql.Expr;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The columns of the index that a relation gets which stands for a table: those by which a subquery
 * looks up rows for each row around it, or else it would be read from start to end each time.
 *
 * <pre>
 * ... WHERE l_quantity &lt; (SELECT avg(l_quantity) FROM lineitem WHERE l_partkey = p_partkey)
 * </pre>
 *
 * <p>EXISTS does not count, as PostgreSQL makes a join of it. Where nothing is looked up so, the
 * table's primary key is indexed: PostgreSQL joins by nested loops where it expects few rows, and
 * is often wrong.
 */
final class IndexedColumns {
  private final Analysis analysis;

  IndexedColumns(Analysis analysis) {
    this.analysis = analysis;
  }

  /**
   * Those of a table of which some columns move; empty when it needs no index.
   *
   * @param constraints that the relation has anyway
   */
  List<String> of(TableUse table, List<String> moved, List<String> constraints) {
    List<String> correlated = correlated(table);
    return correlated.isEmpty() && constraints.isEmpty() ? primaryKey(table, moved) : correlated;
  }

  private static List<String> primaryKey(TableUse table, List<String> moved) {
    return table.relation().uniqueKeys().stream()
        .filter(Relation.UniqueKey::primary)
        .map(key -> key.columns().stream().map(c -> table.variable(c).column()).toList())
        .filter(moved::containsAll)
        .findFirst()
        .orElse(List.of());
  }

  private List<String> correlated(TableUse table) {
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
