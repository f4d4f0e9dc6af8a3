package dev.drover.planner.calcite;

import dev.drover.planner.relational.Rows;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.calcite.plan.Contexts;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelOptRule;
import org.apache.calcite.plan.RelRule;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgramBuilder;
import org.apache.calcite.rel.metadata.DefaultRelMetadataProvider;
import org.apache.calcite.rel.metadata.ProxyingMetadataHandlerProvider;
import org.apache.calcite.rel.metadata.RelMetadataQuery;
import org.apache.calcite.rel.rules.CoreRules;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.tools.RelBuilder;
import org.apache.calcite.tools.RelBuilderFactory;

/**
 * Moves conditions to where they leave out most rows earliest.
 *
 * <pre>
 *   Where(Join(LEFT, l, r), l.a = 1)          Join(LEFT, Where(l, l.a = 1), r)
 *   Join(LEFT, l, r, r.b = 2)                 Join(LEFT, l, Where(r, r.b = 2))
 *   Where(Group(x, k), k &gt; 3)                 Group(Where(x, k &gt; 3), k)
 *   Where(Join(LEFT, l, r, on), l.a = r.b)    Join(INNER, l, r, on, l.a = r.b)
 * </pre>
 *
 * <p>The rules are Calcite's. Nothing is simplified: what an expression means is PostgreSQL's to
 * say. {@code FROM} and {@code JOIN ... ON} of inner joins are one to the search that follows, so
 * that the order of joins is not decided here.
 */
public final class ConditionPlacement {
  private static final RelBuilderFactory BUILDERS =
      RelBuilder.proto(
          Contexts.of(
              RelBuilder.Config.DEFAULT
                  .withSimplify(false)
                  .withSimplifyLimit(false)
                  .withSimplifyValues(false)
                  .withPruneInputOfAggregate(false)));

  private static final List<RelOptRule> RULES =
      Stream.<RelRule<?>>of(
              CoreRules.FILTER_INTO_JOIN,
              CoreRules.JOIN_CONDITION_PUSH,
              CoreRules.FILTER_PROJECT_TRANSPOSE,
              CoreRules.FILTER_AGGREGATE_TRANSPOSE,
              CoreRules.FILTER_MERGE)
          .map(rule -> rule.config.withRelBuilderFactory(BUILDERS).toRule())
          .toList();

  private ConditionPlacement() {}

  /** The same rows; those given, if what comes out is not understood. */
  public static Rows of(Rows rows) {
    PostgresTypes types = new PostgresTypes();
    HepPlanner planner = new HepPlanner(new HepProgramBuilder().addRuleCollection(RULES).build());
    RelOptCluster cluster = RelOptCluster.create(planner, new RexBuilder(types));
    // The default compiles its handlers at run time.
    cluster.setMetadataQuerySupplier(
        () ->
            new RelMetadataQuery(
                new ProxyingMetadataHandlerProvider(DefaultRelMetadataProvider.INSTANCE)) {});
    ToCalcite.Positioned before = new ToCalcite(cluster, types).of(rows);
    planner.setRoot(before.node());
    Optional<FromCalcite.Read> after = FromCalcite.of(planner.findBestExp());
    return after
        .filter(read -> read.columns().equals(before.columns()) && read.rows().isWhole())
        .map(FromCalcite.Read::rows)
        .orElse(rows);
  }
}
