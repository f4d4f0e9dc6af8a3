package dev.drover.planner.translation;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.Derived;
import dev.drover.planner.analysis.Output;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.BlockShape;
import dev.drover.planner.pull.PullFilters;
import dev.drover.planner.pull.PullableExpressions;
import dev.drover.planner.relational.Column;
import dev.drover.planner.relational.Rows;
import dev.drover.planner.relational.Scalar;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.sql.QueryPart;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One SELECT as rows. */
final class BlockRows {
  private final Analysis analysis;
  private final Columns columns;
  private final Expressions expressions;
  private final FromRows from;
  private final Subqueries subqueries;

  /**
   * A block's rows, and its columns as expressions over them.
   *
   * @param known what stands for pieces of its other expressions
   */
  record Result(Rows rows, List<Scalar> outputs, Expressions.Known known) {}

  BlockRows(Analysis analysis, QueryInfo query) {
    this.analysis = analysis;
    this.columns = new Columns(analysis);
    this.expressions = new Expressions(analysis, columns);
    PullFilters filters = new PullFilters(analysis, query);
    this.from = new FromRows(analysis, columns, expressions, filters, (d, _) -> derived(d));
    this.subqueries = new Subqueries(expressions, this, new PullableExpressions(analysis));
  }

  Expressions expressions() {
    return expressions;
  }

  Rows from(Block block) {
    return from.of(block);
  }

  Aggregates aggregates(Block block) {
    return new Aggregates(columns, expressions, analysis.functions(), block);
  }

  /** The rows that pass WHERE; conditions that need columns of blocks around come out as well. */
  Subqueries.Filtered where(Rows rows, Block block) {
    Optional<Expr> where = block.select().flatMap(QueryBody.SelectBlock::where);
    return subqueries.filter(
        rows, where.map(Conditions::conjuncts).orElse(List.of()), block, Expressions.Known.NONE);
  }

  /** True when each of its rows is one of FROM. */
  boolean isPlain(Block block) {
    return analysis.shape(block).isPlain();
  }

  Result of(Block block) {
    QueryBody.SelectBlock select =
        block.select().orElseThrow(() -> Unsupported.error("TABLE in such a place"));
    BlockShape shape = analysis.shape(block);
    if (!select.distinctOn().isEmpty()
        || select.groupByDistinct()
        || shape.isWindowed()
        || shape.hasGroupingSets()) {
      throw Unsupported.error("blocks of this form");
    }
    Rows rows = inner(where(from(block), block));
    Expressions.Known known = Expressions.Known.NONE;
    if (shape.isAggregated()) {
      Grouped grouped = grouped(rows, block, shape);
      rows = grouped.rows();
      known = grouped.known();
    }
    if (select.having().isPresent()) {
      List<Expr> having = Conditions.conjuncts(select.having().get());
      rows = inner(subqueries.filter(rows, having, block, known));
    }
    return outputs(rows, block, known, shape.isDistinct());
  }

  private static Rows inner(Subqueries.Filtered filtered) {
    if (!filtered.outside().isEmpty()) {
      throw Unsupported.error("correlated subqueries in such a place");
    }
    return filtered.rows();
  }

  private record Grouped(Rows rows, Expressions.Known known) {}

  private Grouped grouped(Rows rows, Block block, BlockShape shape) {
    QueryBody.SelectBlock select = block.select().orElseThrow();
    Map<Expr, Column> keys = new LinkedHashMap<>();
    List<Rows.Compute.Computed> computed = new ArrayList<>();
    for (Expr item : shape.groupBy()) {
      Expr key = shape.meaning(item);
      Scalar value = expressions.value(key, block, Expressions.Known.NONE);
      if (value.columns().isEmpty()) {
        throw Unsupported.error("groups of constants");
      }
      Column column =
          value.column().orElseGet(() -> columns.computed(expressions.type(key, block)));
      if (value.column().isEmpty()) {
        computed.add(new Rows.Compute.Computed(column, value));
      }
      keys.put(key, column);
    }
    Aggregates aggregates = aggregates(block);
    select.targets().forEach(aggregates::collect);
    select.having().ifPresent(aggregates::collect);
    block.orderBy().forEach(aggregates::collect);
    Rows input = computed.isEmpty() ? rows : new Rows.Compute(rows, computed);
    Set<Column> distinct = new LinkedHashSet<>(keys.values());
    Rows group = new Rows.Group(input, List.copyOf(distinct), aggregates.list());
    Expressions.Known ofKeys =
        e ->
            keys.entrySet().stream()
                .filter(k -> expressions.isSame(e, k.getKey(), block))
                .findFirst()
                .map(k -> Scalar.of(k.getValue()));
    return new Grouped(group, aggregates.known().or(ofKeys));
  }

  private Result outputs(Rows rows, Block block, Expressions.Known known, boolean distinct) {
    List<Output> all =
        block.outputs().orElseThrow(() -> Unsupported.error("columns that are not known"));
    Subqueries.Valued valued =
        subqueries.values(rows, all.stream().map(Output::value).toList(), block, known);
    List<Scalar> values = new ArrayList<>();
    for (Output output : all) {
      values.add(
          output.variable().isPresent()
              ? ofVariable(output, block, valued.known())
              : expressions.value(output.value(), block, valued.known()));
    }
    if (!distinct) {
      return new Result(valued.rows(), values, valued.known());
    }
    List<Rows.Compute.Computed> computed = new ArrayList<>();
    List<Column> keys = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      Scalar value = values.get(i);
      if (value.columns().isEmpty()) {
        throw Unsupported.error("DISTINCT constants");
      }
      keys.add(column(value, all.get(i), block, computed));
    }
    Rows input = computed.isEmpty() ? valued.rows() : new Rows.Compute(valued.rows(), computed);
    List<Column> different = keys.stream().distinct().toList();
    Rows group = new Rows.Group(input, different, List.of());
    return new Result(group, keys.stream().map(Scalar::of).toList(), e -> Optional.empty());
  }

  /** A star's columns stand nowhere in the text. */
  private Scalar ofVariable(Output output, Block block, Expressions.Known known) {
    return output.value().span().lengthBytes() == 0
        ? columns.scalar(output.variable().get())
        : expressions.value(output.value(), block, known);
  }

  private Column column(
      Scalar value, Output output, Block block, List<Rows.Compute.Computed> computed) {
    return value
        .column()
        .orElseGet(
            () -> {
              Column own = columns.computed(expressions.type(output.value(), block));
              computed.add(new Rows.Compute.Computed(own, value));
              return own;
            });
  }

  private Rows derived(Derived derived) {
    QueryInfo query = derived.query();
    if (derived.view().isPresent()
        || query.isCut()
        || !query.query().locking().isEmpty()
        || (derived.common() && analysis.mentions().isShared(query))
        || derived.columns().isEmpty()) {
      throw Unsupported.error("queries of this form in FROM");
    }
    Block block = block(query);
    checkWith(query);
    Result result = of(block);
    List<String> names = derived.columns().get();
    if (names.size() != result.outputs().size() || new HashSet<>(names).size() != names.size()) {
      throw Unsupported.error("columns with equal names");
    }
    List<Output> outputs = block.outputs().orElseThrow();
    List<Rows.Compute.Computed> computed = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Column column = column(result.outputs().get(i), outputs.get(i), block, computed);
      columns.name(new Variable(derived, names.get(i)), column);
    }
    return computed.isEmpty() ? result.rows() : new Rows.Compute(result.rows(), computed);
  }

  static Block block(QueryInfo query) {
    return query.block().orElseThrow(() -> Unsupported.error("set operations"));
  }

  /** A query that is asked for twice, or as it stands, is computed once. */
  static void checkWith(QueryInfo query) {
    boolean materialized =
        query.query().with().stream()
            .flatMap(w -> w.tables().stream())
            .anyMatch(t -> t.materialized() == QueryPart.CommonTable.Materialized.MATERIALIZED);
    boolean recursive = query.query().with().map(QueryPart.With::recursive).orElse(false);
    if (materialized || recursive) {
      throw Unsupported.error("WITH queries of this form");
    }
  }
}
