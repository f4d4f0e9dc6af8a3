package dev.drover.planner.translation;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.Output;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.pull.PullableExpressions;
import dev.drover.planner.relational.Column;
import dev.drover.planner.relational.Rows;
import dev.drover.planner.relational.Scalar;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.QueryBody;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Subqueries as joins.
 *
 * <pre>
 *   EXISTS (SELECT ... WHERE c), x IN (SELECT y ...)    semi-join ON c, ON x = y
 *   NOT EXISTS (SELECT ... WHERE c)                     anti-join ON c
 *   (SELECT sum(a) FROM u)                              cross join with one row
 *   (SELECT sum(a) FROM u WHERE u.k = t.k)              left join (SELECT k, sum(a) GROUP BY k)
 * </pre>
 *
 * <p>The last is sound only for equality that grouping agrees with, so that values that are equal
 * but not identical find the same rows; what is computed from the aggregate is computed after the
 * join, so that a missing group is what an empty one would have been.
 */
final class Subqueries {
  private static final Set<String> HARMLESS = Set.of("+", "-", "*");

  private final Expressions expressions;
  private final BlockRows blocks;
  private final PullableExpressions pullable;

  Subqueries(Expressions expressions, BlockRows blocks, PullableExpressions pullable) {
    this.pullable = pullable;
    this.expressions = expressions;
    this.blocks = blocks;
  }

  /**
   * Rows that pass conditions.
   *
   * @param outside conditions that need other columns too
   */
  record Filtered(Rows rows, List<Scalar> outside) {}

  /** Rows with what subqueries in expressions yield for them. */
  record Valued(Rows rows, Expressions.Known known) {}

  Filtered filter(Rows rows, List<Expr> conditions, Block block, Expressions.Known known) {
    List<Scalar> plain = new ArrayList<>();
    List<Scalar> outside = new ArrayList<>();
    List<Expr> others = new ArrayList<>();
    for (Expr condition : conditions) {
      if (!subqueries(condition).isEmpty()) {
        others.add(condition);
        continue;
      }
      Scalar scalar = expressions.condition(condition, block, known);
      if (scalar.columns().isEmpty()) {
        throw Unsupported.error("conditions without columns");
      }
      boolean inside = rows.columns().containsAll(scalar.columns());
      (inside ? plain : outside).add(scalar);
    }
    Rows filtered = plain.isEmpty() ? rows : new Rows.Where(rows, plain);
    for (Expr condition : others) {
      filtered = filtered(filtered, condition, block, known);
    }
    return new Filtered(filtered, outside);
  }

  private static List<Expr.SubqueryExpr> subqueries(Node node) {
    List<Expr.SubqueryExpr> found = new ArrayList<>();
    collect(node, found);
    return found;
  }

  private static void collect(Node node, List<Expr.SubqueryExpr> found) {
    if (node instanceof Expr.SubqueryExpr subquery) {
      found.add(subquery);
      return;
    }
    node.children().forEach(child -> collect(child, found));
  }

  private Rows filtered(Rows rows, Expr condition, Block block, Expressions.Known known) {
    boolean not =
        condition instanceof Expr.Logical(_, var kind, _) && kind == Expr.Logical.Kind.NOT;
    Expr test = not ? ((Expr.Logical) condition).operands().getFirst() : condition;
    if (test instanceof Expr.SubqueryExpr subquery) {
      boolean negated = not != subquery.negated();
      if (subquery.kind() == Expr.SubqueryExpr.Kind.EXISTS) {
        return exists(rows, subquery, block, negated);
      }
      boolean in =
          subquery.kind() == Expr.SubqueryExpr.Kind.IN
              || (subquery.kind() == Expr.SubqueryExpr.Kind.ANY
                  && subquery.operator().map(Conditions::isEquality).orElse(false));
      if (in && !negated) {
        return among(rows, subquery, block, known);
      }
    }
    Valued valued = values(rows, List.of(condition), block, known);
    Scalar scalar = expressions.condition(condition, block, valued.known());
    return new Rows.Where(valued.rows(), List.of(scalar));
  }

  private static QueryInfo query(Expr.SubqueryExpr subquery, Block block) {
    IdentityHashMap<Query, QueryInfo> queries = new IdentityHashMap<>();
    block.sublinks().forEach(s -> queries.put(s.query().query(), s.query()));
    QueryInfo query =
        Optional.ofNullable(queries.get(subquery.query()))
            .orElseThrow(() -> Unsupported.error("subqueries in such a place"));
    if (query.isCut() || !query.query().locking().isEmpty()) {
      throw Unsupported.error("subqueries with LIMIT");
    }
    BlockRows.checkWith(query);
    return query;
  }

  /** The rows of a query that PostgreSQL may never evaluate: nothing in it may fail. */
  private Filtered rows(Block inner) {
    boolean safe =
        inner.select().flatMap(QueryBody.SelectBlock::where).stream()
            .flatMap(w -> Conditions.conjuncts(w).stream())
            .filter(c -> subqueries(c).isEmpty())
            .allMatch(pullable::cannotFail);
    if (!safe) {
      throw Unsupported.error("conditions of subqueries that may fail");
    }
    return blocks.where(blocks.from(inner), inner);
  }

  private Rows exists(Rows rows, Expr.SubqueryExpr subquery, Block block, boolean negated) {
    Block inner = BlockRows.block(query(subquery, block));
    boolean groups = inner.select().map(s -> !s.groupBy().isEmpty()).orElse(true);
    if (!blocks.isPlain(inner) && !(distinctOnly(inner) && !groups)) {
      throw Unsupported.error("EXISTS of aggregates");
    }
    Filtered filtered = rows(inner);
    Rows.Join.Kind kind = negated ? Rows.Join.Kind.ANTI : Rows.Join.Kind.SEMI;
    return new Rows.Join(kind, rows, filtered.rows(), filtered.outside());
  }

  /** Whether a row comes twice is all the same. */
  private boolean distinctOnly(Block inner) {
    return inner.select().map(QueryBody.SelectBlock::distinct).orElse(false)
        && inner.calls().isEmpty()
        && inner.select().get().having().isEmpty()
        && inner.select().get().distinctOn().isEmpty();
  }

  private Rows among(Rows rows, Expr.SubqueryExpr subquery, Block block, Expressions.Known known) {
    Expr test = subquery.test().orElseThrow();
    List<Expr> tests = test instanceof Expr.RowExpr row ? row.elements() : List.of(test);
    Block inner = BlockRows.block(query(subquery, block));
    Rows right;
    List<Scalar> on = new ArrayList<>();
    List<Scalar> outputs;
    if (blocks.isPlain(inner)) {
      Filtered filtered = rows(inner);
      right = filtered.rows();
      on.addAll(filtered.outside());
      outputs = values(inner);
    } else {
      BlockRows.Result result = blocks.of(inner);
      right = result.rows();
      outputs = result.outputs();
    }
    if (outputs.size() != tests.size()) {
      throw Unsupported.error("IN of other columns");
    }
    for (int i = 0; i < tests.size(); i++) {
      Scalar left = expressions.value(tests.get(i), block, known);
      boolean familiar = isFamiliar(tests.get(i), block, inner, i);
      on.add(equal(left, outputs.get(i), familiar));
    }
    return new Rows.Join(Rows.Join.Kind.SEMI, rows, right, on);
  }

  private List<Scalar> values(Block inner) {
    List<Output> outputs =
        inner.outputs().orElseThrow(() -> Unsupported.error("columns that are not known"));
    return outputs.stream()
        .map(o -> expressions.value(o.value(), inner, Expressions.Known.NONE))
        .toList();
  }

  /** Columns of one hash family. */
  private static boolean isFamiliar(Expr test, Block block, Block inner, int position) {
    Optional<Variable> outer = Conditions.variable(test, block.scope());
    Optional<Variable> own = inner.outputs().orElseThrow().get(position).variable();
    return outer.isPresent()
        && own.isPresent()
        && !Conditions.same(outer.get(), own.get()).isEmpty();
  }

  private static Scalar equal(Scalar left, Scalar right, boolean familiar) {
    if (familiar && left.column().isPresent() && right.column().isPresent()) {
      return Scalar.equality(left.column().get(), right.column().get());
    }
    return Scalar.comparison(left, right);
  }

  /** Subqueries that yield one value stand beside the rows then. */
  Valued values(Rows rows, List<Expr> expressionsOfBlock, Block block, Expressions.Known known) {
    Map<Expr.SubqueryExpr, Scalar> found = new HashMap<>();
    Rows joined = rows;
    for (Expr expression : expressionsOfBlock) {
      checkEvaluated(expression);
      for (Expr.SubqueryExpr subquery : subqueries(expression)) {
        if (subquery.kind() != Expr.SubqueryExpr.Kind.SCALAR) {
          throw Unsupported.error("subqueries in such a place");
        }
        Value value = value(subquery, block);
        joined = new Rows.Join(value.kind(), joined, value.rows(), value.on());
        found.put(subquery, value.result());
      }
    }
    Expressions.Known ofSubqueries =
        e ->
            e instanceof Expr.SubqueryExpr subquery
                ? Optional.ofNullable(found.get(subquery))
                : Optional.empty();
    return new Valued(joined, ofSubqueries.or(known));
  }

  /** What may be passed over may fail where nobody has asked for it. */
  private static void checkEvaluated(Expr expression) {
    switch (expression) {
      case Expr.Case _, Expr.Special _, Expr.Logical _ -> {
        if (!subqueries(expression).isEmpty()) {
          throw Unsupported.error("subqueries that may not be evaluated");
        }
      }
      default ->
          expression.children().stream()
              .filter(Expr.class::isInstance)
              .map(Expr.class::cast)
              .filter(e -> !(e instanceof Expr.SubqueryExpr))
              .forEach(Subqueries::checkEvaluated);
    }
  }

  /** Whatever is aggregated for groups that nobody asks for. */
  private static boolean isHarmless(Expr value) {
    return switch (value) {
      case Expr.ColumnRef _, Expr.Literal _, Expr.Constant _ -> true;
      case Expr.Operator(_, var operator, var left, var right) ->
          HARMLESS.contains(operator.symbol())
              && left.map(Subqueries::isHarmless).orElse(true)
              && isHarmless(right);
      case Expr.FunctionCall call ->
          call.arguments().stream().allMatch(a -> isHarmless(a.value())) && call.filter().isEmpty();
      default -> false;
    };
  }

  private record Value(Rows.Join.Kind kind, Rows rows, List<Scalar> on, Scalar result) {}

  private Value value(Expr.SubqueryExpr subquery, Block block) {
    Block inner = BlockRows.block(query(subquery, block));
    QueryBody.SelectBlock select =
        inner.select().orElseThrow(() -> Unsupported.error("TABLE in such a place"));
    boolean oneRow =
        !blocks.isPlain(inner)
            && select.groupBy().isEmpty()
            && select.having().isEmpty()
            && !select.distinct()
            && select.targets().size() == 1
            && inner.outputs().map(o -> o.size() == 1).orElse(false);
    if (!oneRow) {
      throw Unsupported.error("subqueries of several rows");
    }
    Expr target = select.targets().getFirst().value();
    Filtered filtered = rows(inner);
    Set<Column> keys = new LinkedHashSet<>();
    Set<Column> own = new HashSet<>(filtered.rows().columns());
    for (Scalar condition : filtered.outside()) {
      List<Column> inside = condition.columns().stream().filter(own::contains).toList();
      if (condition.equal().isEmpty() || inside.size() != 1) {
        throw Unsupported.error("correlated subqueries by other conditions");
      }
      keys.addAll(inside);
    }
    Aggregates aggregates = blocks.aggregates(inner);
    aggregates.collect(target);
    if (!isHarmless(target)) {
      throw Unsupported.error("values of subqueries that may fail");
    }
    if (aggregates.list().isEmpty()) {
      throw Unsupported.error("subqueries without aggregates");
    }
    Rows group = new Rows.Group(filtered.rows(), List.copyOf(keys), aggregates.list());
    boolean alone = filtered.outside().isEmpty();
    Scalar result =
        expressions.value(target, inner, alone ? aggregates.known() : aggregates.knownOrEmpty());
    Rows.Join.Kind kind = alone ? Rows.Join.Kind.INNER : Rows.Join.Kind.LEFT;
    return new Value(kind, group, filtered.outside(), result);
  }
}
