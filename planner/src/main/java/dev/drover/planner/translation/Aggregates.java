package dev.drover.planner.translation;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.KnownTypes;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.context.FunctionRules;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.relational.Aggregate;
import dev.drover.planner.relational.Scalar;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.Query;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The aggregates of one block. Only those whose result does not depend on the order of rows are
 * known, and whose parts add up in PostgreSQL's own exact arithmetic.
 *
 * <p>Threads: confined.
 */
final class Aggregates {
  private static final Set<String> SAME_AGAIN =
      Set.of("min", "max", "bool_and", "bool_or", "every", "bit_and", "bit_or", "bit_xor");
  private static final Set<Integer> SMALL_INTEGERS = Set.of(21, 23);
  private static final Set<Integer> EXACT = Set.of(20, 21, 23, 1700);

  private final Columns columns;
  private final Expressions expressions;
  private final FunctionRules functions;
  private final Block block;
  private final Map<Expr.FunctionCall, Aggregate> found = new LinkedHashMap<>();

  Aggregates(Columns columns, Expressions expressions, FunctionRules functions, Block block) {
    this.columns = columns;
    this.expressions = expressions;
    this.functions = functions;
    this.block = block;
  }

  List<Aggregate> list() {
    return List.copyOf(found.values());
  }

  /** All that an expression of the block uses. */
  void collect(Node node) {
    if (node instanceof Query) {
      return;
    }
    if (node instanceof Expr.FunctionCall call && functions.isAggregate(call)) {
      found.computeIfAbsent(call, this::aggregate);
      return;
    }
    node.children().forEach(this::collect);
  }

  /** The columns that stand for them. */
  Expressions.Known known() {
    return e ->
        e instanceof Expr.FunctionCall call && found.containsKey(call)
            ? Optional.of(Scalar.of(found.get(call).result()))
            : Optional.empty();
  }

  /**
   * The columns that stand for them where a group may be missing: no rows are no reason to fail.
   */
  Expressions.Known knownOrEmpty() {
    return e -> {
      if (!(e instanceof Expr.FunctionCall call) || !found.containsKey(call)) {
        return Optional.empty();
      }
      var result = found.get(call).result();
      return Optional.of(
          call.name().local().equals("count")
              ? Scalar.around("coalesce(", result, ", 0)")
              : Scalar.of(result));
    };
  }

  private Aggregate aggregate(Expr.FunctionCall call) {
    Aggregate aggregate = known(call);
    boolean ofColumn =
        call.arguments().stream()
            .anyMatch(a -> Conditions.variable(a.value(), block.scope()).isPresent());
    return ofColumn ? aggregate.skippingNulls() : aggregate;
  }

  private Aggregate known(Expr.FunctionCall call) {
    String name = call.name().local();
    if (!functions.isBuiltIn(call)
        || !call.orderBy().isEmpty()
        || call.withinGroup()
        || call.arguments().size() > 1
        || call.arguments().stream().anyMatch(a -> a.variadic() || a.name().isPresent())) {
      throw Unsupported.error("aggregates of this form");
    }
    Scalar whole = expressions.aggregate(call, block);
    if (name.equals("count")) {
      return count(call, whole);
    }
    if (call.arguments().size() != 1) {
      throw Unsupported.error("aggregates of this form");
    }
    Expr argument = call.arguments().getFirst().value();
    if (SAME_AGAIN.contains(name)) {
      return again(name, argument, whole);
    }
    int type =
        Conditions.variable(argument, block.scope())
            .flatMap(Conditions::column)
            .map(Column::typeOid)
            .or(() -> KnownTypes.of(argument, block.scope()))
            .filter(EXACT::contains)
            .orElseThrow(() -> Unsupported.error("aggregates of such values"));
    return switch (name) {
      case "sum" -> sum(call, type, whole);
      case "avg" -> average(call, type, whole);
      default -> throw Unsupported.error("aggregates of this kind");
    };
  }

  private Aggregate count(Expr.FunctionCall call, Scalar whole) {
    var result = columns.computed(Optional.of("bigint"));
    if (call.distinct()) {
      return Aggregate.undivided(result, whole);
    }
    Aggregate.Part part = part("bigint", whole, "coalesce(sum(", "), 0)::bigint");
    return new Aggregate(result, whole, List.of(part), part.merge(), false);
  }

  private Aggregate.Part part(String type, Scalar call, String before, String after) {
    var column = columns.computed(Optional.of(type));
    return new Aggregate.Part(column, call, Scalar.around(before, column, after));
  }

  private Aggregate again(String name, Expr argument, Scalar whole) {
    Optional<String> type =
        expressions
            .type(argument, block)
            .or(
                () ->
                    name.equals("every") || name.startsWith("bool_")
                        ? Optional.of("boolean")
                        : Optional.empty());
    var result = columns.computed(type);
    if (type.isEmpty()) {
      return Aggregate.undivided(result, whole);
    }
    Aggregate.Part part = part(type.get(), whole, name + "(", ")");
    return new Aggregate(result, whole, List.of(part), part.merge(), false);
  }

  private Aggregate sum(Expr.FunctionCall call, int type, Scalar whole) {
    boolean small = SMALL_INTEGERS.contains(type);
    String of = small ? "bigint" : "numeric";
    var result = columns.computed(Optional.of(of));
    if (call.distinct()) {
      return Aggregate.undivided(result, whole);
    }
    Aggregate.Part part = part(of, whole, "sum(", small ? ")::bigint" : ")");
    return new Aggregate(result, whole, List.of(part), part.merge(), false);
  }

  /** The quotient of the sums, which PostgreSQL computes for avg itself. */
  private Aggregate average(Expr.FunctionCall call, int type, Scalar whole) {
    var result = columns.computed(Optional.of("numeric"));
    if (call.distinct()) {
      return Aggregate.undivided(result, whole);
    }
    boolean small = SMALL_INTEGERS.contains(type);
    Scalar sum = expressions.renamed(call, "sum", block);
    Scalar count = expressions.renamed(call, "count", block);
    Aggregate.Part sums =
        part(small ? "bigint" : "numeric", sum, "sum(", small ? ")::bigint" : ")");
    Aggregate.Part counts = part("bigint", count, "sum(", ")::bigint");
    Scalar finish =
        Scalar.of(
            List.of(
                Scalar.text("sum("),
                new Scalar.Part.Value(sums.column()),
                Scalar.text(") / sum("),
                new Scalar.Part.Value(counts.column()),
                Scalar.text(")")));
    return new Aggregate(result, whole, List.of(sums, counts), finish, false);
  }
}
