package dev.drover.planner.route;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.analysis.Analyzer;
import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Scope;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.context.FunctionRules;
import dev.drover.planner.context.LiteralReads;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.FactFlow;
import dev.drover.planner.placement.Refusals;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.text.SpliceText;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Routes CALL, DO and statements whose syntax the parser does not know. */
final class OpaqueRouter {
  private static final Set<String> QUERY_WORDS = Set.of("SELECT", "WITH", "VALUES", "TABLE");

  private final RoutingContext context;
  private final LiteralReads reads;

  OpaqueRouter(RoutingContext context, LiteralReads reads) {
    this.context = context;
    this.reads = reads;
  }

  Plan route(ParsedStatement parsed) {
    return switch (parsed.statement()) {
      case Statement.Call(_, var call) -> call(parsed, call);
      case Statement.Do block -> anonymousBlock(parsed, block);
      case Statement.Opaque opaque -> opaque(parsed, opaque);
      default -> throw new IllegalStateException("known: " + parsed.statement());
    };
  }

  private SqlText text(ParsedStatement parsed) {
    return new SpliceText(context.text(), reads.literals()).render(parsed.span());
  }

  private Plan call(ParsedStatement parsed, Expr call) {
    Analyzer analyzer = Analyzer.of(context);
    Block block = new Block(new Scope(Optional.empty()), Optional.empty());
    analyzer.scan().expression(call, block, Analyzer.Place.TOP);
    FunctionRules functions = new FunctionRules(context.catalog(), context.functions());
    FactFlow flow = new FactFlow(analyzer.mentions(), functions, reads);
    Analysis analysis = new Analysis(context, parsed, analyzer.mentions(), functions, reads, flow);
    if (!analysis.tables().isEmpty()) {
      throw Unsupported.error("queries over distributed tables in the arguments of CALL");
    }
    new Refusals(analysis).checkReach();
    return new Plan.Local(text(parsed), true, true);
  }

  /** A body that names a distributed table, or may make up names, would see empty tables. */
  private Plan anonymousBlock(ParsedStatement parsed, Statement.Do block) {
    Set<String> words = new HashSet<>();
    String body = reads.source(block.body());
    for (String word : body.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}_$]+", -1)) {
      words.add(word);
    }
    boolean dynamic = words.contains("execute") || words.contains("perform");
    Optional<Relation> touched =
        context.catalog().relations().stream()
            .filter(Relation::distributed)
            .filter(r -> words.contains(r.name().toLowerCase(Locale.ROOT)))
            .findFirst();
    if (touched.isPresent() || dynamic) {
      throw SqlError.notSupported("DO blocks that may touch distributed tables are not supported")
          .withDetail("Inside of a block only the tables of the catalog node can be seen.");
    }
    return new Plan.Local(text(parsed), true, true);
  }

  private Plan opaque(ParsedStatement parsed, Statement.Opaque opaque) {
    SqlNames names = new SqlNames(context.catalog(), context.searchPath());
    List<Relation> relations =
        opaque.names().stream()
            .flatMap(n -> names.relation(n).stream())
            .filter(r -> r.distributed() || r.kind() == Relation.Kind.VIEW)
            .toList();
    if (!relations.isEmpty() || !QUERY_WORDS.contains(opaque.keyword().toUpperCase(Locale.ROOT))) {
      throw SqlError.notSupported(
          "this form of " + opaque.keyword() + " is not supported over distributed tables");
    }
    return new Plan.Local(text(parsed), true, true);
  }
}
