package dev.drover.planner.route;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.context.LiteralReads;
import dev.drover.planner.context.Parsing;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.plan.ExplainOptions;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.sql.ClusterCommand;
import dev.drover.planner.sql.CursorCommand;
import dev.drover.planner.sql.Definition;
import dev.drover.planner.sql.Delete;
import dev.drover.planner.sql.Insert;
import dev.drover.planner.sql.Merge;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.SessionCommand;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.sql.TransactionCommand;
import dev.drover.planner.sql.Update;

/**
 * Decides what the coordinator does with a statement that reads or writes rows.
 *
 * <p>A pure function of the statement and its context. What cannot be planned is refused with
 * 0A000, before anything has changed. Statements that define things are another planner's.
 *
 * <p>Threads: any; a call keeps nothing.
 */
public final class Router {
  private Router() {}

  /** The plan, and the literals it holds for. */
  public static Routed route(ParsedStatement parsed, RoutingContext context) {
    return TableQueries.spelledOut(parsed, context.text())
        .map(text -> routed(Parsing.single(text), context.withText(text, context.facts())))
        .orElseGet(() -> routed(parsed, context));
  }

  private static Routed routed(ParsedStatement parsed, RoutingContext context) {
    LiteralReads reads = new LiteralReads(context.text());
    parsed.structural().forEach(reads::source);
    Plan plan = plan(parsed, context, reads);
    return new Routed(plan, reads.all());
  }

  static Plan plan(ParsedStatement parsed, RoutingContext context, LiteralReads reads) {
    return switch (parsed.statement()) {
      case Statement.Select select -> new SelectRouter(context, reads).route(parsed, select);
      case Insert insert -> new InsertRouter(context, reads, parsed, insert).route();
      case Update _, Delete _, Merge _ -> new DmlRouter(context, reads, parsed).route();
      case Statement.Copy copy -> new CopyRouter(context, reads, parsed, copy).route();
      case Statement.Explain explain -> explain(parsed, explain, context, reads);
      case Statement.Call _, Statement.Do _, Statement.Opaque _ ->
          new OpaqueRouter(context, reads).route(parsed);
      case CursorCommand _, SessionCommand _, TransactionCommand _, Statement.Empty _ ->
          new Plan.Control(parsed.statement());
      case Statement.SelectInto _, Statement.Utility _, Definition _, ClusterCommand _ ->
          throw SqlError.notSupported("this statement defines something and is not routed by rows");
    };
  }

  private static Plan explain(
      ParsedStatement parsed,
      Statement.Explain explain,
      RoutingContext context,
      LiteralReads reads) {
    explain.options().forEach(o -> reads.source(o.span()));
    ExplainOptions options = ExplainReader.read(explain.options());
    Statement explained = explained(explain);
    if (explain.statement() instanceof Definition.CreateTableAs && options.analyze()) {
      throw SqlError.notSupported("EXPLAIN ANALYZE of CREATE TABLE AS is not supported");
    }
    Plan plan = plan(parsed.inner(explained), context, reads);
    return new Plan.Explain(plan, options, context.facts());
  }

  /** What of the statement has a plan: of one that keeps a query's rows, the query. */
  public static Statement explained(Statement.Explain explain) {
    return switch (explain.statement()) {
      case Definition.CreateTableAs create -> create.source();
      case CursorCommand.Declare declare ->
          new Statement.Select(declare.query().span(), declare.query());
      case Statement statement -> statement;
    };
  }
}
