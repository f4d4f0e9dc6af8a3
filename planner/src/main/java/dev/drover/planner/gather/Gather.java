package dev.drover.planner.gather;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.ColumnTypes;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.Output;
import dev.drover.planner.analysis.Outputs;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.Resolved;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.BlockShape;
import dev.drover.planner.placement.Placement;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.RelationNames;
import dev.drover.planner.sql.Span;
import dev.drover.planner.text.SpliceText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The plan that serves any statement with one spread block: the nodes send the columns that the
 * rest of the statement needs, and one PostgreSQL computes the rest.
 */
final class Gather {
  /** Stands for the columns of {@code EXISTS (SELECT * ...)}, which nobody asks for. */
  private static final String NEVER_COMPUTED = "NULL";

  private final Analysis analysis;
  private final QueryInfo query;
  private final Block block;
  private final Placement.Parts parts;
  private final FinishText texts;
  private final Map<Variable, Integer> columns = new LinkedHashMap<>();

  Gather(Analysis analysis, QueryInfo query, Block block, Placement.Parts parts) {
    this.analysis = analysis;
    this.query = query;
    this.block = block;
    this.parts = parts;
    this.texts = new FinishText(analysis, query, block);
  }

  /** True when all tables of the statement stand in the FROM and WHERE of the block. */
  static boolean holdsAllTables(Analysis analysis, Block block) {
    if (block.select().isEmpty() || block.select().get().from().isEmpty()) {
      return false;
    }
    int start = block.select().get().from().getFirst().span().start();
    int fromEnd = block.select().get().from().getLast().span().end();
    int end = block.select().get().where().map(w -> w.span().end()).orElse(fromEnd);
    Span rows = new Span(start, end);
    return analysis.tables().stream().allMatch(t -> t.inText() && rows.contains(t.ref().span()));
  }

  Plan plan() {
    if (block.select().isEmpty() || !tablesAreInside()) {
      throw Unsupported.error("queries that read tables beside an aggregate over several nodes");
    }
    texts.checkStandsAlone();
    SpliceText last = texts.finalText();
    for (Block other : analysis.mentions().blocks()) {
      replaceColumns(last, other);
    }
    addDependent(last);
    List<SqlText> sent = new ArrayList<>();
    List<String> types = new ArrayList<>();
    for (Variable variable : columns.keySet()) {
      sent.add(FinishText.column(variable));
      types.add(type(variable));
    }
    if (sent.isEmpty()) {
      sent.add(SqlText.fixed("1"));
      types.add("integer");
    }
    String select = repetitionIsIrrelevant() ? "SELECT DISTINCT " : "SELECT ";
    SqlText text = texts.nodeText(select, sent, isExistence() ? " LIMIT 1" : "");
    return SeveralNodes.gathered(analysis, parts, text, types, last.render(analysis.span()));
  }

  /** True when only the existence of a row is asked for: EXISTS over rows as they are. */
  private boolean isExistence() {
    return columns.isEmpty()
        && analysis.shape(block).isPlain()
        && RelationNames.collect(analysis.parsed().statement(), Expr.SubqueryExpr.class).stream()
            .filter(s -> s.kind() == Expr.SubqueryExpr.Kind.EXISTS)
            .map(s -> s.query())
            .anyMatch(
                q ->
                    block.select().equals(Optional.of(q.body()))
                        && q.limit().isEmpty()
                        && q.offset().isEmpty());
  }

  /**
   * True when equal rows may as well be one: all columns are keys of groups or of DISTINCT, or
   * arguments of aggregates that do not count repetitions.
   */
  private boolean repetitionIsIrrelevant() {
    BlockShape shape = analysis.shape(block);
    boolean simple =
        texts.isTop()
            && !columns.isEmpty()
            && !shape.isWindowed()
            && !shape.hasGroupingSets()
            && block.select().orElseThrow().distinctOn().isEmpty();
    if (!simple) {
      return false;
    }
    List<Variable> keys = new ArrayList<>();
    if (shape.isAggregated()) {
      keys.addAll(shape.groupVariables());
      for (Expr.FunctionCall call : block.calls()) {
        boolean aggregate = analysis.functions().isAggregate(call);
        if (aggregate && (!call.distinct() || call.arguments().size() != 1)) {
          return false;
        }
        if (aggregate) {
          Conditions.variable(call.arguments().getFirst().value(), block.scope())
              .ifPresent(keys::add);
        }
      }
    } else if (shape.isDistinct()) {
      keys.addAll(shape.outputVariables());
    }
    return keys.containsAll(columns.keySet());
  }

  private boolean tablesAreInside() {
    Span rows = texts.rowsSpan();
    return analysis.tables().stream()
        .allMatch(t -> !t.inText() || rows.contains(t.ref().span()) || isInWith(t));
  }

  /** In a query of WITH, which goes to the nodes with FROM. */
  private boolean isInWith(TableUse table) {
    return texts.isTop()
        && texts.restReadsNoQuery()
        && query.query().with().map(w -> w.span().contains(table.ref().span())).orElse(false);
  }

  private void replaceColumns(SpliceText last, Block from) {
    Span rows = texts.rowsSpan();
    for (Map.Entry<Expr.ColumnRef, Resolved> entry : from.references().entrySet()) {
      Expr.ColumnRef reference = entry.getKey();
      if (rows.contains(reference.span())) {
        continue;
      }
      switch (entry.getValue()) {
        case Resolved.OfColumn(var variable) when isOurs(variable.source()) ->
            last.replace(
                reference.span(),
                from == block
                    ? texts.numbered(column(variable), reference.span())
                    : qualified(variable));
        case Resolved.OfStar _ when from == block ->
            last.replace(reference.span(), star(reference));
        case Resolved.OfRow(var source) when isOurs(source) ->
            throw Unsupported.error("whole-row references in aggregates over several nodes");
        case Resolved.OfSystem(var table, _) when isOurs(table) ->
            throw Unsupported.error("system columns in aggregates over several nodes");
        case Resolved.Unknown _ when from == block && !reference.star() ->
            throw Unsupported.error(
                "columns that only PostgreSQL can resolve ("
                    + Outputs.name(reference)
                    + ") in aggregates over several nodes");
        case Resolved.OfColumn _,
            Resolved.OfStar _,
            Resolved.OfRow _,
            Resolved.OfSystem _,
            Resolved.OfOutput _,
            Resolved.Unknown _ -> {}
      }
    }
  }

  private boolean isOurs(Source source) {
    return block.scope().sources().contains(source);
  }

  /** In a query within the rest, whose own columns may be called the same. */
  private String qualified(Variable variable) {
    return FinishText.ROWS + "." + number(variable);
  }

  private String number(Variable variable) {
    return "c" + column(variable);
  }

  private int column(Variable variable) {
    return columns.computeIfAbsent(variable, v -> columns.size() + 1);
  }

  private String star(Expr.ColumnRef reference) {
    Optional<List<Output>> outputs =
        Outputs.of(
            List.of(new QueryPart.Target(reference.span(), reference, Optional.empty())), block);
    List<String> list = new ArrayList<>();
    for (Output output :
        outputs.orElseThrow(() -> Unsupported.error("SELECT * of this form over several nodes"))) {
      Variable variable = output.variable().orElseThrow();
      if (!analysis.mentions().needs().isWhole(variable.source())) {
        return NEVER_COMPUTED;
      }
      list.add(number(variable) + " AS " + SqlNames.quote(output.name()));
    }
    return String.join(", ", list);
  }

  private static String type(Variable variable) {
    return ColumnTypes.of(variable)
        .orElseThrow(
            () ->
                SqlError.notSupported(
                    "the type of column \""
                        + variable.column()
                        + "\" of \""
                        + variable.source().name()
                        + "\" is not known to the coordinator"));
  }

  /** Columns that depend on a grouped primary key: the rows in between have no key. */
  private void addDependent(SpliceText last) {
    BlockShape shape = analysis.shape(block);
    if (shape.groupBy().isEmpty() || shape.hasGroupingSets()) {
      return;
    }
    List<Variable> grouped = shape.groupVariables();
    Set<Variable> missing = new LinkedHashSet<>();
    for (Node node : texts.rest()) {
      collectBare(node, missing);
    }
    missing.removeAll(grouped);
    missing.removeIf(v -> !isOurs(v.source()) || !dependsOn(v, grouped));
    StringBuilder more = new StringBuilder();
    missing.forEach(v -> more.append(", ").append(number(v)));
    last.insert(shape.groupBy().getLast().span().end(), more.toString());
  }

  /** Columns outside of aggregates. */
  private void collectBare(Node node, Set<Variable> found) {
    if (node instanceof Expr.FunctionCall call && analysis.functions().isAggregate(call)) {
      return;
    }
    if (node instanceof Expr.ColumnRef reference
        && block.references().get(reference) instanceof Resolved.OfColumn(var variable)) {
      found.add(variable);
    }
    node.children().forEach(child -> collectBare(child, found));
  }

  private static boolean dependsOn(Variable variable, List<Variable> grouped) {
    return variable.source() instanceof TableUse table
        && table.relation().uniqueKeys().stream()
            .filter(k -> k.primary())
            .anyMatch(
                k ->
                    k.columns().stream()
                        .allMatch(column -> grouped.contains(table.variable(column))));
  }
}
