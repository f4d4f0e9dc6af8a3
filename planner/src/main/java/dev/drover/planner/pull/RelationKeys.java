package dev.drover.planner.pull;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Fact;
import dev.drover.planner.analysis.FromInfo;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.sql.Expr;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The keys of a relation that stands for a table: a primary key, where columns of the select list
 * depend on a grouped one, and an index on the columns by which a subquery looks up rows for each
 * row around it, or else it would be read from start to end each time.
 *
 * <pre>
 * ... WHERE l_quantity &lt; (SELECT avg(l_quantity) FROM lineitem WHERE l_partkey = p_partkey)
 * </pre>
 *
 * <p>EXISTS does not count, as PostgreSQL makes a join of it. Where nothing is looked up so, the
 * table's primary key is indexed: PostgreSQL joins by nested loops where it expects few rows, and
 * is often wrong.
 */
public final class RelationKeys {
  private final Analysis analysis;

  public RelationKeys(Analysis analysis) {
    this.analysis = analysis;
  }

  /** Of a table of which some columns move: the table's primary key, or nothing. */
  public List<String> constraints(TableUse table, List<String> moved) {
    List<String> key = primaryKey(table, moved);
    return !key.isEmpty() && isDependedOn(table, key, moved)
        ? List.of("PRIMARY KEY (" + SqlNames.quoted(key, "") + ")")
        : List.of();
  }

  /** The columns of its index; empty when it needs none. */
  public List<String> indexed(TableUse table, List<String> moved) {
    List<String> correlated = correlated(table);
    return correlated.isEmpty() && constraints(table, moved).isEmpty()
        ? primaryKey(table, moved)
        : correlated;
  }

  /** Its columns that equal columns of other tables. */
  public List<String> compared(TableUse table) {
    Set<String> columns = new LinkedHashSet<>();
    blocks()
        .flatMap(RelationKeys::facts)
        .forEach(
            fact -> {
              if (fact instanceof Fact.Same(var left, var right)
                  && !left.source().equals(right.source())) {
                Stream.of(left, right)
                    .filter(variable -> variable.source() == table)
                    .forEach(variable -> columns.add(variable.column()));
              }
            });
    return List.copyOf(columns);
  }

  private static Stream<Fact> facts(Block block) {
    return Stream.concat(
        block.whereFacts().stream(), block.from().stream().flatMap(RelationKeys::facts));
  }

  private static Stream<Fact> facts(FromInfo from) {
    return switch (from) {
      case FromInfo.Leaf _ -> Stream.of();
      case FromInfo.Join join ->
          Stream.concat(
              join.facts().stream(),
              Stream.of(join.left(), join.right()).flatMap(RelationKeys::facts));
    };
  }

  private static List<String> primaryKey(TableUse table, List<String> moved) {
    return table.relation().uniqueKeys().stream()
        .filter(Relation.UniqueKey::primary)
        .map(key -> key.columns().stream().map(c -> table.variable(c).column()).toList())
        .filter(moved::containsAll)
        .findFirst()
        .orElse(List.of());
  }

  /** A block groups by the key, and has other columns that it does not group by. */
  private boolean isDependedOn(TableUse table, List<String> key, List<String> moved) {
    return blocksOf(table)
        .map(block -> analysis.shape(block).groupVariables())
        .anyMatch(grouped -> areAll(table, key, grouped) && !areAll(table, moved, grouped));
  }

  private static boolean areAll(
      TableUse table, List<String> columns, Collection<Variable> grouped) {
    return columns.stream().allMatch(c -> grouped.contains(new Variable(table, c)));
  }

  private List<String> correlated(TableUse table) {
    Set<String> columns = new LinkedHashSet<>();
    blocksOf(table)
        .filter(RelationKeys::isEvaluated)
        .forEach(block -> columns.addAll(lookedUp(block, table)));
    return List.copyOf(columns);
  }

  private Stream<Block> blocksOf(TableUse table) {
    return blocks().filter(block -> block.scope().sources().contains(table));
  }

  private Stream<Block> blocks() {
    return analysis.mentions().text().all().flatMap(text -> text.blocks().stream());
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
