package dev.drover.planner.route;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.context.LiteralReads;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.sql.CopyEndpoint;
import dev.drover.planner.sql.Delete;
import dev.drover.planner.sql.Insert;
import dev.drover.planner.sql.Merge;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.Span;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.sql.Update;
import dev.drover.planner.target.InsertShape;
import dev.drover.planner.target.RowTargets;
import dev.drover.planner.text.SpliceText;
import dev.drover.planner.text.TextBuilder;
import java.util.List;
import java.util.Optional;

/** Routes COPY. */
final class CopyRouter {
  private static final Wrapping AT_MOMENT =
      new Wrapping(
          momentPiece("SELECT * FROM ("),
          momentPiece(") AS \"drover$s\" WHERE " + MomentText.BEGUN));

  private final RoutingContext context;
  private final LiteralReads reads;
  private final ParsedStatement parsed;
  private final Statement.Copy copy;

  CopyRouter(
      RoutingContext context, LiteralReads reads, ParsedStatement parsed, Statement.Copy copy) {
    this.context = context;
    this.reads = reads;
    this.parsed = parsed;
    this.copy = copy;
  }

  Plan route() {
    if (copy.query().isPresent()) {
      return query(copy.query().get());
    }
    Optional<Relation> relation =
        new SqlNames(context.catalog(), context.searchPath())
            .relation(copy.table().orElseThrow().name());
    if (relation.isEmpty() || !relation.get().distributed()) {
      return new Plan.CopyLocal(whole(), true);
    }
    checkEndpoint();
    return copy.from() ? in(relation.get()) : out(relation.get());
  }

  private SqlText whole() {
    return new SpliceText(context.text(), reads.literals()).render(parsed.span());
  }

  private void checkEndpoint() {
    CopyEndpoint.Kind kind = copy.endpoint().kind();
    if (kind == CopyEndpoint.Kind.FILE || kind == CopyEndpoint.Kind.PROGRAM) {
      throw SqlError.notSupported(
              "COPY of distributed tables to or from a file or program of a server is not"
                  + " supported")
          .withHint("Use COPY ... FROM STDIN or TO STDOUT, or psql's \\copy.");
    }
  }

  private List<Column> columns(Relation relation) {
    if (copy.columns().isEmpty()) {
      return relation.columns().stream().filter(c -> !c.generated()).toList();
    }
    return copy.columns().stream().map(n -> RowTargets.column(relation, n.text())).toList();
  }

  private Plan in(Relation relation) {
    List<Column> columns = columns(relation);
    Plan.InsertTarget target =
        RowTargets.of(relation, SqlNames.quoted(relation), columns, "", SqlText.fixed(""));
    return new Plan.CopyIn(copy, target, RowTargets.filled(relation, columns, context));
  }

  private Plan out(Relation relation) {
    columns(relation).stream().filter(Column::generated).findFirst().ifPresent(CopyRouter::refuse);
    SqlText options = options(copy.table().orElseThrow().span().end());
    SqlText rows =
        SqlText.fixed(
            "SELECT "
                + InsertShape.names(columns(relation))
                + " FROM "
                + SqlNames.quoted(relation));
    List<Integer> nodes = relation.distribution().nodes();
    boolean single =
        nodes.size() == 1 || relation.distribution() instanceof Distribution.Replicated;
    Plan reader =
        single
            ? new Plan.AnyNode(rows, nodes, false)
            : new Plan.AllNodes(rows, nodes, List.of(), Combine.ALL_ROWS, false);
    SqlText after = new TextBuilder().add(")").add(options).build();
    Wrapping copy = new Wrapping(SqlText.fixed("COPY ("), after);
    return new Plan.CopyOut(copy.around(atMoment(reader)), hasHeader());
  }

  /** Several nodes can say when they begin to send their rows: they then have their snapshots. */
  private static Plan atMoment(Plan reader) {
    return switch (reader) {
      case Plan.AllNodes all when all.combine().equals(Combine.ALL_ROWS) -> AT_MOMENT.around(all);
      case Plan.OneNode(var text, var pins, var writes, var otherwise, var types) -> {
        Optional<Plan> other = otherwise.map(CopyRouter::atMoment);
        yield new Plan.OneNode(text, pins, writes, other, types);
      }
      default -> reader;
    };
  }

  private static SqlText momentPiece(String text) {
    return new SqlText(List.of(new SqlText.Piece.AtMoment(text, Optional.empty())));
  }

  private static void refuse(Column generated) {
    throw SqlError.of(
            SqlState.INVALID_COLUMN_REFERENCE,
            "column \"%s\" is a generated column".formatted(generated.name()))
        .withDetail("Generated columns cannot be used in COPY.");
  }

  /** What follows the table's column list: TO and the options. */
  private SqlText options(int from) {
    int start = copy.columns().isEmpty() ? from : closingParenthesis(from);
    return new SpliceText(context.text(), reads.literals())
        .render(new Span(start, parsed.span().end()));
  }

  private int closingParenthesis(int from) {
    int at = Math.max(from, copy.columns().getLast().span().end());
    while (context.text()[at] != ')') {
      at++;
    }
    return at + 1;
  }

  private boolean hasHeader() {
    return copy.options().stream()
        .anyMatch(o -> o.name().equals("header") && (o.isTrue() || o.values().isEmpty()));
  }

  private Plan query(Statement statement) {
    RoutingContext inner =
        context.withText(
            context.text(), new StatementFacts(context.facts().parameterTypes(), List.of()));
    ParsedStatement query = parsed.inner(statement);
    Plan reader =
        statement instanceof Statement.Select select
            ? SelectRouter.withoutMerging(inner, reads).route(query, select)
            : changes(inner, query);
    if (reader instanceof Plan.Local) {
      return new Plan.CopyLocal(whole(), true);
    }
    checkEndpoint();
    SpliceText text = new SpliceText(context.text(), reads.literals());
    SqlText before = text.render(new Span(parsed.span().start(), statement.span().start()));
    SqlText after = text.render(new Span(statement.span().end(), parsed.span().end()));
    Plan copy = new Wrapping(before, after).around(atMoment(reader));
    return copy instanceof Plan.Change ? copy : new Plan.CopyOut(copy, hasHeader());
  }

  private Plan changes(RoutingContext inner, ParsedStatement changing) {
    Optional<Plan> plan =
        switch (changing.statement()) {
          case Insert insert -> new InsertRouter(inner, reads, changing, insert).routeOnCatalog();
          case Update _, Delete _, Merge _ ->
              new DmlRouter(inner, reads, changing).routeOnCatalog();
          default -> Optional.empty();
        };
    return plan.orElseThrow(() -> Unsupported.error("COPY of data-modifying statements"));
  }
}
