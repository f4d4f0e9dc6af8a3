package dev.drover.planner.moves;

import dev.drover.planner.analysis.Fact;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.Facts;
import dev.drover.planner.placement.Placement;
import dev.drover.planner.placement.Placements;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.SqlText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Leaves rows where they are that would find no partner: before a large table's rows move, the few
 * keys of a filtered table that it is joined with are sent to its nodes.
 *
 * <p>Sound because of what facts are: rows of a table for which one of its facts does not hold
 * cannot change the result, nor can rows of the other table that fail its own conditions. A row for
 * which {@code column IN (SELECT ...)} in WHERE is not true cannot either, and what the query
 * yields for a column of a table are values of that table.
 */
final class Reductions {
  private static final double WORTH_IT = 0.3;
  private static final double COST_OF_EXCHANGE = 100_000;

  private final Analysis analysis;
  private final Map<TableUse, Producer> producers;
  private final Map<TableUse, String> copied;
  private final RowEstimates estimates;
  private final List<Exchange> keys = new ArrayList<>();
  private final Map<Variable, String> keyRelations = new HashMap<>();
  private final Map<TableUse, List<Producer.Reduction>> found = new LinkedHashMap<>();
  private final Map<TableUse, Double> fractions = new HashMap<>();
  private final Set<TableUse> reducing = new HashSet<>();
  private double cost;

  /** {@code copied} tables have these relations on every node. */
  Reductions(Analysis analysis, Map<TableUse, Producer> producers, Map<TableUse, String> copied) {
    this.analysis = analysis;
    this.producers = producers;
    this.copied = copied;
    this.estimates = new RowEstimates(analysis);
  }

  /** Exchanges that come first. */
  List<Exchange> keys() {
    return keys;
  }

  List<Producer.Reduction> of(TableUse table) {
    return found.getOrDefault(table, List.of());
  }

  /** Of the table's rows that move all the same. */
  double fraction(TableUse table) {
    return fractions.getOrDefault(table, 1.0);
  }

  /** Rows stay where they are that find no partner in a table of the same node. */
  boolean useTables() {
    return found.values().stream().flatMap(List::stream).anyMatch(r -> r.input().isEmpty());
  }

  /** What sending keys costs. */
  double cost() {
    return cost;
  }

  /** Looks for a table whose rows are few. */
  void reduce(TableUse table, int firstName) {
    if (reducing.contains(table)) {
      return;
    }
    Producer moving = producers.get(table);
    Facts facts = analysis.flow().of(table);
    for (String name : moving.columns()) {
      Column column = table.column(name);
      Variable own = new Variable(table, name);
      Set<Variable> equal = new LinkedHashSet<>(facts.classOf(own));
      equal.addAll(among(own));
      for (Variable other : equal) {
        if (found.containsKey(table) || !mayReduce(other, table, column)) {
          continue;
        }
        reducing(moving, own, other, firstName)
            .ifPresent(
                reduction -> {
                  reducing.add((TableUse) other.source());
                  found.put(table, List.of(reduction));
                  fractions.put(table, fraction(own, other));
                });
      }
    }
  }

  /**
   * What a column of a row that passes WHERE is one of, by {@code column IN (SELECT other ...)}.
   */
  private List<Variable> among(Variable own) {
    return analysis.mentions().blocks().stream()
        .flatMap(block -> block.sublinks().stream())
        .flatMap(sublink -> sublink.matches().stream())
        .filter(match -> match instanceof Fact.Same(var outer, _) && outer.equals(own))
        .map(match -> ((Fact.Same) match).right())
        .toList();
  }

  private boolean mayReduce(Variable other, TableUse table, Column column) {
    if (!(other.source() instanceof TableUse few) || few == table || !producers.containsKey(few)) {
      return false;
    }
    Column same = few.column(other.column());
    return !found.containsKey(few)
        && producers.get(few).columns().contains(other.column())
        && same.typeOid() == column.typeOid()
        && same.typeName().equals(column.typeName())
        && same.collation().equals(column.collation())
        && same.deterministic();
  }

  private double fraction(Variable own, Variable few) {
    TableUse table = (TableUse) own.source();
    return producers.get((TableUse) few.source()).rows()
        / Math.max(1, estimates.distinct(table, table.column(own.column())));
  }

  private Optional<Producer.Reduction> reducing(
      Producer moving, Variable own, Variable other, int firstName) {
    TableUse table = moving.table();
    TableUse few = (TableUse) other.source();
    String key = other.column();
    Producer source = producers.get(few);
    double fraction = fraction(own, other);
    if (fraction > WORTH_IT) {
      return Optional.empty();
    }
    if (copied.containsKey(few)) {
      return Optional.of(Producer.Reduction.of(own, copied.get(few), key));
    }
    if (Placements.table(few) instanceof Placement.Copies copies
        && copies.cover(table.relation().distribution().nodes())) {
      SqlText query = source.query(key);
      return Optional.of(new Producer.Reduction(own, query, Optional.empty()));
    }
    double width = estimates.width(few, List.of(key));
    int nodes = table.relation().distribution().nodes().size();
    double ofKeys = source.rows() * width * (1 + nodes) + COST_OF_EXCHANGE;
    if (ofKeys > moving.bytes() * (1 - fraction)) {
      return Optional.empty();
    }
    String relation =
        keyRelations.computeIfAbsent(
            other,
            _ -> {
              cost += ofKeys;
              String name = "drover_x" + (firstName + keys.size());
              keys.add(source.keys(name, key));
              return name;
            });
    return Optional.of(Producer.Reduction.of(own, relation, key));
  }
}
