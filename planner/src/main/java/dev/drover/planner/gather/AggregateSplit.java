package dev.drover.planner.gather;

import dev.drover.pgwire.FieldDescription;
import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.ColumnTypes;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.KnownTypes;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.Resolved;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.context.TypeNames;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.BlockShape;
import dev.drover.planner.placement.Placement;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.RelationNames;
import dev.drover.planner.text.NodeText;
import dev.drover.planner.text.SpliceText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Aggregates in two phases: each node aggregates its rows, one PostgreSQL the results.
 *
 * <pre>
 *   SELECT g, sum(x) FROM t GROUP BY g
 *   nodes:  SELECT g, sum(x) FROM t GROUP BY 1
 *   last:   SELECT c1, sum(c2)::bigint FROM drover_x1 GROUP BY c1
 * </pre>
 *
 * <p>Only aggregates whose parts add up in PostgreSQL's own exact arithmetic are split.
 */
public final class AggregateSplit {
  private static final Set<Integer> SMALL_INTEGERS = Set.of(21, 23);
  private static final int BIGINT = 20;
  private static final int NUMERIC = 1700;
  private static final Set<String> SAME_AGAIN =
      Set.of("min", "max", "bool_and", "bool_or", "every", "bit_and", "bit_or", "bit_xor");

  private final Analysis analysis;
  private final Block block;
  private final Placement.Parts parts;
  private final FinishText texts;
  private final BlockShape shape;
  private final SpliceText source;
  private final SpliceText last;
  private final List<SqlText> sent = new ArrayList<>();
  private final List<String> types = new ArrayList<>();
  private final List<Expr> groupKeys = new ArrayList<>();

  public AggregateSplit(Analysis analysis, QueryInfo query, Block block, Placement.Parts parts) {
    this(analysis, block, parts, new FinishText(analysis, query, block));
  }

  public AggregateSplit(Analysis analysis, Block block, Placement.Parts parts, FinishText texts) {
    this.analysis = analysis;
    this.block = block;
    this.parts = parts;
    this.texts = texts;
    this.shape = analysis.shape(block);
    this.source = new NodeText(analysis).plain(true);
    this.last = texts.finalText();
  }

  /**
   * A block cut in two.
   *
   * @param sent what the nodes send, with columns {@code c1..cn}
   * @param rest the whole statement, in which the block reads these columns
   */
  public record Halves(SqlText sent, List<String> types, SpliceText rest) {
    public Halves {
      types = List.copyOf(types);
    }
  }

  /** Empty when the block cannot be split so. */
  Optional<Plan> plan() {
    return halves()
        .map(
            h ->
                SeveralNodes.gathered(
                    analysis, parts, h.sent(), h.types(), h.rest().render(analysis.span())));
  }

  /** Empty when the block cannot be split so. */
  public Optional<Halves> halves() {
    QueryBody.SelectBlock select = block.select().orElseThrow();
    boolean splits =
        shape.isAggregated()
            && !shape.hasGroupingSets()
            && !shape.isWindowed()
            && select.distinctOn().isEmpty()
            && !select.groupByDistinct()
            && texts.restReadsNoQuery()
            && noSets()
            && groupKeys(select)
            && texts.rest().stream()
                .filter(node -> !select.groupBy().contains(node))
                .allMatch(this::replace);
    if (!splits || sent.isEmpty()) {
      return Optional.empty();
    }
    texts.checkStandsAlone();
    SqlText text = texts.nodeText("SELECT ", sent, groupClause());
    return Optional.of(new Halves(text, types, last));
  }

  private boolean noSets() {
    return block.calls().stream().noneMatch(analysis.functions()::returnsSet);
  }

  private String groupClause() {
    StringBuilder clause = new StringBuilder();
    for (int i = 1; i <= groupKeys.size(); i++) {
      clause.append(i == 1 ? " GROUP BY 1" : ", " + i);
    }
    return clause.toString();
  }

  private boolean groupKeys(QueryBody.SelectBlock select) {
    for (Expr item : select.groupBy()) {
      Expr key = shape.meaning(item);
      Optional<String> type = keyType(key);
      if (type.isEmpty()) {
        return false;
      }
      groupKeys.add(key);
      sent.add(text(key));
      types.add(type.get());
      last.replace(item.span(), "c" + sent.size());
    }
    return true;
  }

  private SqlText text(Expr key) {
    return Conditions.variable(key, block.scope())
        .map(FinishText::column)
        .orElseGet(() -> source.render(key.span()));
  }

  private Optional<String> keyType(Expr key) {
    Optional<Variable> variable = Conditions.variable(key, block.scope());
    if (variable.isPresent()) {
      return ColumnTypes.of(variable.get());
    }
    boolean textual =
        RelationNames.collect(key, Expr.Special.class).stream()
            .anyMatch(s -> s.keyword().equals("COLLATE"));
    return textual
        ? Optional.empty()
        : fieldType(key)
            .or(() -> KnownTypes.of(key, block.scope()))
            .flatMap(analysis.context().types()::name);
  }

  /** The type of an expression that is a column of the result. */
  private Optional<Integer> fieldType(Expr expression) {
    if (!texts.isTop()) {
      return Optional.empty();
    }
    List<FieldDescription> fields = analysis.context().facts().columns();
    List<QueryPart.Target> targets = block.select().orElseThrow().targets();
    for (int i = 0; i < targets.size() && fields.size() == targets.size(); i++) {
      if (targets.get(i).value().equals(expression)
          || isSameText(targets.get(i).value(), expression)) {
        return Optional.of(fields.get(i).typeOid());
      }
    }
    return Optional.empty();
  }

  private boolean isSameText(Expr left, Expr right) {
    byte[] text = analysis.context().text();
    if (left.getClass() != right.getClass()
        || !left.span().of(text).strip().equals(right.span().of(text).strip())) {
      return false;
    }
    analysis.reads().source(left.span());
    analysis.reads().source(right.span());
    return true;
  }

  /** Replaces what the nodes have computed; false when something else is left. */
  private boolean replace(Node node) {
    if (node instanceof Expr.FunctionCall call && analysis.functions().isAggregate(call)) {
      return aggregate(call);
    }
    if (node instanceof Expr expression) {
      int key = keyOf(expression);
      if (key >= 0) {
        last.replace(expression.span(), texts.numbered(key + 1, expression.span()));
        return true;
      }
    }
    if (node instanceof Expr.ColumnRef reference) {
      return block.references().get(reference) instanceof Resolved.OfOutput;
    }
    return node.children().stream().allMatch(this::replace);
  }

  private int keyOf(Expr expression) {
    Optional<Variable> variable = Conditions.variable(expression, block.scope());
    boolean output =
        expression instanceof Expr.ColumnRef reference
            && block.references().get(reference) instanceof Resolved.OfOutput;
    for (int i = 0; i < groupKeys.size() && !output; i++) {
      Optional<Variable> key = Conditions.variable(groupKeys.get(i), block.scope());
      boolean same =
          (variable.isPresent() || key.isPresent())
              ? variable.equals(key)
              : isKeyText(expression, groupKeys.get(i));
      if (same) {
        return i;
      }
    }
    return -1;
  }

  /** Constants alone are never worth a match: {@code 1} in ORDER BY is a position. */
  private boolean isKeyText(Expr expression, Expr key) {
    return expression.equals(key)
        || (!(expression instanceof Expr.Literal) && isSameText(expression, key));
  }

  private boolean aggregate(Expr.FunctionCall call) {
    String name = call.name().local();
    boolean simple =
        analysis.functions().isBuiltIn(call)
            && !call.distinct()
            && call.orderBy().isEmpty()
            && !call.withinGroup()
            && call.arguments().size() <= 1;
    if (!simple) {
      return false;
    }
    if (name.equals("count")) {
      return finish(call, "sum(" + send(source.render(call.span()), "bigint") + ")::bigint");
    }
    if (call.arguments().size() != 1) {
      return false;
    }
    Optional<Integer> argument = argumentType(call);
    if (SAME_AGAIN.contains(name)) {
      return again(call, name);
    }
    if (argument.isEmpty()) {
      return false;
    }
    return switch (name) {
      case "sum" -> sum(call, argument.get());
      case "avg" -> average(call, argument.get());
      default -> false;
    };
  }

  private boolean again(Expr.FunctionCall call, String name) {
    Expr argument = call.arguments().getFirst().value();
    Optional<String> type =
        Conditions.variable(argument, block.scope())
            .flatMap(ColumnTypes::of)
            .or(() -> KnownTypes.of(argument, block.scope()).map(TypeNames.BUILT_IN::get))
            .or(() -> plainType(call));
    if (type.isEmpty()) {
      return false;
    }
    return finish(call, name + "(" + send(source.render(call.span()), type.get()) + ")");
  }

  /** The result type of a call whose values have no collation of their own. */
  private Optional<String> plainType(Expr.FunctionCall call) {
    return fieldType(call)
        .filter(oid -> oid != 25 && oid != 1043 && oid != 1042 && oid != 19)
        .flatMap(analysis.context().types()::name);
  }

  private boolean sum(Expr.FunctionCall call, int argument) {
    if (SMALL_INTEGERS.contains(argument)) {
      return finish(call, "sum(" + send(source.render(call.span()), "bigint") + ")::bigint");
    }
    return finish(call, "sum(" + send(source.render(call.span()), "numeric") + ")");
  }

  /** The quotient of the sums, which PostgreSQL computes for avg itself. */
  private boolean average(Expr.FunctionCall call, int argument) {
    String type = SMALL_INTEGERS.contains(argument) ? "bigint" : "numeric";
    String sum = send(renamed(call, "sum"), type);
    String count = send(renamed(call, "count"), "bigint");
    return finish(call, "sum(" + sum + ") / sum(" + count + ")");
  }

  private SqlText renamed(Expr.FunctionCall call, String name) {
    return source.copy().replace(call.name().span(), name).render(call.span());
  }

  private String send(SqlText text, String type) {
    sent.add(text);
    types.add(type);
    return "c" + sent.size();
  }

  private boolean finish(Expr.FunctionCall call, String expression) {
    last.replace(call.span(), "(" + expression + ")");
    return true;
  }

  /** The type of sum's or avg's argument: int2, int4, int8 or numeric; else empty. */
  private Optional<Integer> argumentType(Expr.FunctionCall call) {
    Expr argument = call.arguments().getFirst().value();
    Optional<Integer> type =
        Conditions.variable(argument, block.scope())
            .flatMap(Conditions::column)
            .map(Column::typeOid)
            .or(() -> KnownTypes.of(argument, block.scope()))
            .or(() -> inferred(call));
    return type.filter(oid -> SMALL_INTEGERS.contains(oid) || oid == BIGINT || oid == NUMERIC);
  }

  /** sum gives int8 for small integers only, and numeric for int8 and numeric. */
  private Optional<Integer> inferred(Expr.FunctionCall call) {
    return fieldType(call)
        .flatMap(
            oid -> {
              if (call.name().local().equals("sum") && oid == BIGINT) {
                return Optional.of(23);
              }
              return call.name().local().equals("sum") && oid == NUMERIC
                  ? Optional.of(NUMERIC)
                  : Optional.<Integer>empty();
            });
  }
}
