package dev.drover.planner.pull;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.ExpressionScan;
import dev.drover.planner.analysis.FromInfo;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.Resolved;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.gather.AggregateSplit;
import dev.drover.planner.gather.FinishText;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.Placement;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.RelationNames;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the blocks of a statement that the nodes can begin: aggregates of tables that lie together,
 * of which each node sends its part, and not the rows.
 *
 * <pre>
 * SELECT (SELECT count(*) FROM t), (SELECT sum(x) FROM u WHERE y = 3)
 *
 * Gather drover_x1 (c1)  SELECT count(*) FROM t
 * Gather drover_x2 (c1)  SELECT sum(x) FROM u WHERE y = 3
 * SELECT (SELECT (sum(c1)::bigint) FROM drover_x1), (SELECT (sum(c1)) FROM drover_x2)
 * </pre>
 */
final class PulledAggregates {
  private final Analysis analysis;
  private final QueryInfo query;
  private final PullFilters filters;
  private final PullableExpressions expressions;

  PulledAggregates(Analysis analysis, QueryInfo query, PullFilters filters) {
    this.analysis = analysis;
    this.query = query;
    this.filters = filters;
    this.expressions = new PullableExpressions(analysis);
  }

  /** A block that the nodes begin: what they send, and the statement with the rest of it. */
  record Begun(Placement.Parts parts, AggregateSplit.Halves halves) {}

  /** {@code relation} is where the parts are. */
  Optional<Begun> begin(Block block, String relation) {
    if (!standsAlone(block) || !(analysis.placements().rows(block) instanceof Placement.Parts p)) {
      return Optional.empty();
    }
    FinishText texts = new FinishText(analysis, query, block, relation);
    return new AggregateSplit(analysis, block, p, texts).halves().map(h -> new Begun(p, h));
  }

  private boolean standsAlone(Block block) {
    if (block.select().isEmpty() || query.body() == block || !block.orderBy().isEmpty()) {
      return false;
    }
    QueryBody.SelectBlock select = block.select().get();
    return analysis.mentions().locks().isEmpty()
        && !block.scope().sources().isEmpty()
        && block.scope().sources().stream().allMatch(PulledAggregates::isOfNodes)
        && RelationNames.collect(select, Query.class).isEmpty()
        && RelationNames.collect(select, QueryPart.TableSample.class).isEmpty()
        && block.references().values().stream().allMatch(r -> isOwn(r, block))
        && RelationNames.collect(select, Expr.Cast.class).stream()
            .noneMatch(ExpressionScan::namesObject)
        && block.calls().stream().noneMatch(this::dependsOnPlace)
        && (filters.isCertain(block) || cannotFail(block, select));
  }

  private static boolean isOfNodes(Source source) {
    return source instanceof TableUse table && table.relation().distributed();
  }

  private static boolean isOwn(Resolved resolved, Block block) {
    return resolved instanceof Resolved.OfColumn(var variable)
        && block.scope().sources().contains(variable.source());
  }

  private boolean dependsOnPlace(Expr.FunctionCall call) {
    return analysis.functions().isVolatile(call) || !analysis.functions().isBuiltIn(call);
  }

  /** PostgreSQL might never evaluate a query inside of another one, and so not meet its errors. */
  private boolean cannotFail(Block block, QueryBody.SelectBlock select) {
    Stream<Expr> conditions =
        Stream.concat(
            select.where().stream(), block.from().stream().flatMap(PulledAggregates::conditions));
    return conditions.allMatch(expressions::cannotFail)
        && select.groupBy().stream().allMatch(Expr.ColumnRef.class::isInstance)
        && block.calls().stream()
            .flatMap(call -> call.arguments().stream())
            .allMatch(argument -> argument.value() instanceof Expr.ColumnRef)
        && block.calls().stream()
            .flatMap(call -> call.filter().stream())
            .allMatch(expressions::cannotFail);
  }

  private static Stream<Expr> conditions(FromInfo item) {
    return switch (item) {
      case FromInfo.Leaf _ -> Stream.of();
      case FromInfo.Join join ->
          Stream.of(join.on().stream(), conditions(join.left()), conditions(join.right()))
              .flatMap(s -> s);
    };
  }

  /** The tables of a block that stands alone. */
  static List<TableUse> tables(Block block) {
    return block.scope().sources().stream().map(TableUse.class::cast).toList();
  }
}
