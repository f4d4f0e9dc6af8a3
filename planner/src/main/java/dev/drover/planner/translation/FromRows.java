package dev.drover.planner.translation;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.Derived;
import dev.drover.planner.analysis.FromInfo;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.KeyPins;
import dev.drover.planner.pull.PullFilters;
import dev.drover.planner.relational.Column;
import dev.drover.planner.relational.Rows;
import dev.drover.planner.relational.Scalar;
import dev.drover.planner.relational.Spot;
import dev.drover.planner.sql.Expr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** FROM: tables, queries and their joins. */
final class FromRows {
  private final Analysis analysis;
  private final Columns columns;
  private final Expressions expressions;
  private final PullFilters filters;
  private final BiFunction<Derived, Block, Rows> derived;

  /** {@code derived} are the rows of a query in FROM, whose columns have their names then. */
  FromRows(
      Analysis analysis,
      Columns columns,
      Expressions expressions,
      PullFilters filters,
      BiFunction<Derived, Block, Rows> derived) {
    this.analysis = analysis;
    this.columns = columns;
    this.expressions = expressions;
    this.filters = filters;
    this.derived = derived;
  }

  Rows of(Block block) {
    if (block.scope().hasMerged()) {
      throw Unsupported.error("columns of JOIN ... USING");
    }
    Optional<Rows> all = Optional.empty();
    for (FromInfo item : block.from()) {
      Rows rows = item(item, block);
      all = Optional.of(all.<Rows>map(a -> cross(a, rows)).orElse(rows));
    }
    return all.orElseThrow(() -> Unsupported.error("queries without FROM"));
  }

  static Rows cross(Rows left, Rows right) {
    return new Rows.Join(Rows.Join.Kind.INNER, left, right, List.of());
  }

  private Rows item(FromInfo item, Block block) {
    return switch (item) {
      case FromInfo.Leaf(var source) -> leaf(source, block);
      case FromInfo.Join join -> join(join, block);
    };
  }

  private Rows join(FromInfo.Join join, Block block) {
    if (!join.sublinks().isEmpty()) {
      throw Unsupported.error("subqueries in the conditions of joins");
    }
    Rows left = item(join.left(), block);
    Rows right = item(join.right(), block);
    List<Scalar> on =
        join.on().map(Conditions::conjuncts).orElse(List.of()).stream()
            .map(c -> expressions.condition(c, block, Expressions.Known.NONE))
            .toList();
    return switch (join.kind()) {
      case CROSS, INNER -> new Rows.Join(Rows.Join.Kind.INNER, left, right, on);
      case LEFT -> new Rows.Join(Rows.Join.Kind.LEFT, left, right, on);
      case RIGHT -> new Rows.Join(Rows.Join.Kind.LEFT, right, left, on);
      case FULL -> throw Unsupported.error("FULL JOIN");
    };
  }

  private Rows leaf(Source source, Block block) {
    return switch (source) {
      case TableUse table -> table(table, block);
      case Derived query -> derived.apply(query, block);
      case dev.drover.planner.analysis.Rows _ -> throw Unsupported.error("rows of functions");
    };
  }

  private Rows table(TableUse table, Block block) {
    if (!table.inText()
        || table.namesRowType()
        || table.ref().sample().isPresent()
        || !table.relation().distributed()) {
      throw Unsupported.error("tables of this kind");
    }
    Map<Variable, Column> read = new LinkedHashMap<>();
    analysis.mentions().needs().of(table).stream()
        .map(name -> new Variable(table, name))
        .forEach(v -> read.put(v, columns.ofTable(v)));
    for (Variable key : table.key()) {
      read.computeIfAbsent(key, columns::ofTable);
    }
    List<String> names =
        read.keySet().stream().map(v -> SqlNames.quote(table.column(v.column()).name())).toList();
    Rows.Scan scan =
        new Rows.Scan(
            SqlNames.quoted(table.relation()),
            names,
            List.copyOf(read.values()),
            columns.estimates().rows(table),
            spot(table),
            new KeyPins(analysis.flow()).several(table));
    List<Scalar> implied =
        filters.either(table).stream().map(e -> either(e, table, block)).toList();
    return implied.isEmpty() ? scan : new Rows.Where(scan, implied);
  }

  private Spot spot(TableUse table) {
    List<Set<Column>> key = table.key().stream().map(v -> Set.of(columns.of(v))).toList();
    return switch (table.relation().distribution()) {
      case Distribution.Hash(_, _, var shards, _) -> new Spot.Hashed(shards, false, key);
      case Distribution.Modulo(_, _, var shards, _) -> new Spot.Hashed(shards, true, key);
      case Distribution.Replicated(_, var nodes, _) -> new Spot.Copies(nodes);
      case Distribution.RoundRobin(_, var nodes) -> new Spot.Scattered(nodes);
      case Distribution.CatalogNode _ -> throw Unsupported.error("tables of the catalog node");
    };
  }

  /** What follows from an OR over several tables. */
  private Scalar either(PullFilters.Either either, TableUse table, Block block) {
    List<Scalar.Part> parts = new ArrayList<>();
    double fraction = 0;
    for (List<Expr> arm : either.arms()) {
      double all = 1;
      String before = parts.isEmpty() ? "(" : " OR (";
      for (Expr condition : arm) {
        parts.add(Scalar.text(before));
        parts.addAll(expressions.value(condition, block, Expressions.Known.NONE).parts());
        parts.add(Scalar.text(")"));
        before = " AND (";
        all *= columns.estimates().fraction(table, condition);
      }
      fraction += all;
    }
    return Scalar.of(parts).withFraction(Math.min(1, fraction));
  }
}
