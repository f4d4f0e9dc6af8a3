package dev.drover.planner.route;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Insert;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.QueryBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Routes INSERT: reads its parts, and leaves rows of constants and rows of a query to others. */
final class InsertRouter {
  private final RoutingContext context;
  private final LiteralReads reads;
  private final ParsedStatement parsed;
  private final Insert insert;

  InsertRouter(RoutingContext context, LiteralReads reads, ParsedStatement parsed, Insert insert) {
    this.context = context;
    this.reads = reads;
    this.parsed = parsed;
    this.insert = insert;
  }

  Plan route() {
    Analyzer analyzer = Analyzer.of(context);
    Block block = new Block(new Scope(Optional.empty()), Optional.empty());
    List<QueryInfo> queries = new ArrayList<>();
    Analyzer.Place place =
        insert
            .with()
            .map(w -> Analyzer.Place.TOP.with(analyzer.with(w, Analyzer.Place.TOP, queries)))
            .orElse(Analyzer.Place.TOP);
    FromInfo target = analyzer.from(insert.target(), block, Analyzer.Place.TOP);
    Optional<QueryInfo> source = insert.source().map(q -> analyzer.query(q, place));
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
    Analysis analysis = new Analysis(context, parsed, analyzer.mentions(), functions, reads, flow);
    if (analysis.tables().isEmpty()) {
      return new LocalPlans(analysis).plan();
    }
    if (readsCatalogOnly(analysis, block)) {
      new Refusals(analysis).checkReach();
    } else {
      new Refusals(analysis).checkDatanodes();
    }
    if (!(target instanceof FromInfo.Leaf(TableUse table)) || !table.relation().distributed()) {
      throw target instanceof FromInfo.Leaf(Derived _)
          ? Unsupported.error("changes of views over distributed tables")
          : Unsupported.mixed(insert.target().name().local());
    }
    return plan(analysis, table, block, source);
  }

  private Plan plan(Analysis analysis, TableUse table, Block block, Optional<QueryInfo> source) {
    insert
        .onConflict()
        .ifPresent(
            c ->
                DmlRouter.KeyAssignments.check(
                    table.relation(), c.assignments(), Optional.of("excluded")));
    if (!block.sublinks().isEmpty() && analysis.tables().size() > 1) {
      throw Unsupported.error("subqueries in ON CONFLICT or RETURNING of distributed tables");
    }
    if (analysis.mentions().modifiesInWith()) {
      throw Unsupported.error("data-modifying WITH queries over several nodes");
    }
    InsertShape shape = InsertShape.of(insert, table, context);
    if (readsCatalogOnly(analysis, block)) {
      return new InsertQuery(analysis, insert, shape, source.orElseThrow()).planOnCatalog();
    }
    Optional<List<Expr.RowExpr>> rows = rows(source);
    boolean readsTables = analysis.tables().size() > 1;
    if (rows.isPresent() && !readsTables && insert.with().isEmpty()) {
      return new InsertValues(analysis, insert, shape, rows.get()).plan();
    }
    return new InsertQuery(
            analysis, insert, shape, source.orElseThrow(InsertRouter::withDefaultValues))
        .plan();
  }

  /** Temporary tables or system catalogs fill a distributed table. */
  private boolean readsCatalogOnly(Analysis analysis, Block block) {
    return analysis.tables().size() == 1
        && !analysis.mentions().catalogRelations().isEmpty()
        && insert.source().isPresent()
        && block.sublinks().isEmpty();
  }

  private static SqlError withDefaultValues() {
    return Unsupported.error("INSERT ... DEFAULT VALUES statements with WITH");
  }

  /** The rows of a bare VALUES; none for DEFAULT VALUES. */
  private static Optional<List<Expr.RowExpr>> rows(Optional<QueryInfo> source) {
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
