package dev.drover.planner.route;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.analysis.Analyzer;
import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Derived;
import dev.drover.planner.analysis.FromInfo;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.Rows;
import dev.drover.planner.analysis.Scope;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.change.ChangeRouter;
import dev.drover.planner.context.FunctionRules;
import dev.drover.planner.context.LiteralReads;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.FactFlow;
import dev.drover.planner.placement.Facts;
import dev.drover.planner.placement.Refusals;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Insert;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.target.ChangeTarget;
import dev.drover.planner.target.InsertShape;
import dev.drover.planner.target.KeyAssignments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Routes INSERT: reads its parts, and leaves rows of constants and rows of a query to others. */
final class InsertRouter {
  private final RoutingContext context;
  private final Insert insert;
  private final FromInfo target;
  private final Optional<QueryInfo> source;
  private final Block block = new Block(new Scope(Optional.empty()), Optional.empty());
  private final Analysis analysis;

  InsertRouter(RoutingContext context, LiteralReads reads, ParsedStatement parsed, Insert insert) {
    this.context = context;
    this.insert = insert;
    Analyzer analyzer = Analyzer.of(context);
    List<QueryInfo> queries = new ArrayList<>();
    Analyzer.Place place =
        insert
            .with()
            .map(w -> Analyzer.Place.TOP.with(analyzer.with(w, Analyzer.Place.TOP, queries)))
            .orElse(Analyzer.Place.TOP);
    this.target = analyzer.from(insert.target(), block, Analyzer.Place.TOP);
    this.source = insert.source().map(q -> analyzer.query(q, place));
    block.scope().add(new Rows("excluded", Optional.empty(), true));
    insert.onConflict().ifPresent(c -> analyzer.scan().node(c, block, place));
    insert
        .returning()
        .ifPresent(
            r -> r.targets().forEach(t -> analyzer.scan().expression(t.value(), block, place)));
    FunctionRules functions = new FunctionRules(context.catalog(), context.functions());
    FactFlow flow = new FactFlow(analyzer.mentions(), functions, reads);
    queries.forEach(q -> flow.query(q, Facts.NONE));
    source.ifPresent(q -> flow.query(q, Facts.NONE));
    flow.block(block, Facts.NONE);
    analyzer.mentions().changes().forEach(c -> flow.block(c.block(), Facts.NONE));
    this.analysis = new Analysis(context, parsed, analyzer.mentions(), functions, reads, flow);
  }

  Plan route() {
    if (analysis.tables().isEmpty()) {
      return new LocalPlans(analysis).plan();
    }
    try {
      return usual();
    } catch (SqlError refusal) {
      return change().unless(refusal);
    }
  }

  /** What RETURNING gives is in one place before it goes to the client. */
  Optional<Plan> routeOnCatalog() {
    return change().instead();
  }

  private ChangeRouter change() {
    Optional<ChangeTarget> main =
        target instanceof FromInfo.Leaf(var table)
            ? ChangeTarget.of(analysis, insert, table, block)
            : Optional.empty();
    return new ChangeRouter(analysis, main);
  }

  private Plan usual() {
    if (fillsTemporary() && target instanceof FromInfo.Leaf(TableUse table)) {
      InsertShape shape = InsertShape.of(insert, table, context);
      return new InsertQuery(analysis, insert, shape, source.orElseThrow()).planOntoCatalog();
    }
    if (readsCatalogOnly()) {
      new Refusals(analysis).checkReach();
    } else {
      new Refusals(analysis).checkDatanodes();
    }
    if (!(target instanceof FromInfo.Leaf(TableUse table)) || !table.relation().distributed()) {
      throw target instanceof FromInfo.Leaf(Derived _)
          ? Unsupported.error("changes of views over distributed tables")
          : Unsupported.mixed(insert.target().name().local());
    }
    return plan(table);
  }

  private Plan plan(TableUse table) {
    insert
        .onConflict()
        .ifPresent(
            c -> KeyAssignments.check(table.relation(), c.assignments(), Optional.of("excluded")));
    if (!block.sublinks().isEmpty() && analysis.tables().size() > 1) {
      throw Unsupported.error("subqueries in ON CONFLICT or RETURNING of distributed tables");
    }
    if (analysis.mentions().modifiesInWith()) {
      throw Unsupported.error("data-modifying WITH queries over several nodes");
    }
    InsertShape shape = InsertShape.of(insert, table, context);
    if (readsCatalogOnly()) {
      return new InsertQuery(analysis, insert, shape, source.orElseThrow()).planOnCatalog();
    }
    Optional<List<Expr.RowExpr>> rows = rows();
    boolean readsTables = analysis.tables().size() > 1;
    if (rows.isPresent() && !readsTables && insert.with().isEmpty()) {
      return new InsertValues(analysis, insert, shape, rows.get()).plan();
    }
    if (rows.map(InsertRouter::useDefaults).orElse(false)) {
      throw Unsupported.error("DEFAULT beside subqueries in the rows of INSERT");
    }
    return new InsertQuery(
            analysis, insert, shape, source.orElseThrow(InsertRouter::withDefaultValues))
        .plan();
  }

  /** A query over distributed tables fills a temporary table; nothing else looks at these. */
  private boolean fillsTemporary() {
    return target instanceof FromInfo.Leaf(TableUse table)
        && table.relation().schema().equals(context.searchPath().temporarySchema())
        && source.isPresent()
        && block.sublinks().isEmpty()
        && !analysis.mentions().modifiesInWith();
  }

  /** Temporary tables or system catalogs fill a distributed table. */
  private boolean readsCatalogOnly() {
    return analysis.tables().size() == 1
        && !analysis.mentions().catalogRelations().isEmpty()
        && insert.source().isPresent()
        && block.sublinks().isEmpty();
  }

  private static SqlError withDefaultValues() {
    return Unsupported.error("INSERT ... DEFAULT VALUES statements with WITH");
  }

  private static boolean useDefaults(List<Expr.RowExpr> rows) {
    return rows.stream()
        .flatMap(row -> row.elements().stream())
        .anyMatch(
            value ->
                value instanceof Expr.Constant(_, var kind) && kind == Expr.Constant.Kind.DEFAULT);
  }

  /** The rows of a bare VALUES; none for DEFAULT VALUES. */
  private Optional<List<Expr.RowExpr>> rows() {
    if (source.isEmpty()) {
      return Optional.of(List.of());
    }
    Query query = source.get().query();
    boolean bare = query.orderBy().isEmpty() && !source.get().isCut() && query.with().isEmpty();
    return bare && query.body() instanceof QueryBody.ValuesBody(_, var rows)
        ? Optional.of(rows)
        : Optional.empty();
  }
}
