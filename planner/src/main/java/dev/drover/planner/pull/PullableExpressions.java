package dev.drover.planner.pull;

import dev.drover.planner.analysis.ExpressionScan;
import dev.drover.planner.context.FunctionRules;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.LiteralKind;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.RelationNames;
import dev.drover.planner.text.Clocks;
import java.util.List;
import java.util.Set;

/** Tells of conditions whether every server computes the same, and whether that can fail. */
public final class PullableExpressions {
  private static final Set<String> COMPARISONS = Set.of("=", "<>", "!=", "<", ">", "<=", ">=");
  private static final Set<String> FORMS =
      Set.of(
          "COALESCE",
          "NULLIF",
          "GREATEST",
          "LEAST",
          "EXTRACT",
          "AT TIME ZONE",
          "COLLATE",
          "POSITION",
          "SUBSTRING",
          "TRIM",
          "OVERLAY");

  /** Stable by name, but only because of settings, which all servers of a session share. */
  private static final Set<String> BY_SETTINGS =
      Set.of("to_char", "to_date", "to_timestamp", "date_trunc", "date_part", "age", "timezone");

  private final Analysis analysis;
  private final FunctionRules functions;

  public PullableExpressions(Analysis analysis) {
    this.analysis = analysis;
    this.functions = analysis.functions();
  }

  /** No query, nothing volatile, nothing that differs from server to server. */
  boolean mayRunAnywhere(Node node) {
    boolean itself =
        switch (node) {
          case Expr.Literal _, Expr.Constant _, Expr.Param _ -> true;
          case Expr.ColumnRef reference -> !reference.star();
          case Expr.Operator _, Expr.Logical _, Expr.Test _, Expr.InList _, Expr.AnyArray _ -> true;
          case Expr.Case _, Expr.ArrayExpr _, Expr.RowExpr _ -> true;
          case Expr.Access(_, _, var step) -> !(step instanceof Expr.Access.AllFields);
          case Expr.Cast cast -> !ExpressionScan.namesObject(cast);
          case Expr.FunctionCall call -> isSteady(call) || Clocks.isClock(analysis, call);
          case Expr.Special special ->
              FORMS.contains(special.keyword()) || Clocks.isClock(analysis, special);
          case Expr.SubqueryExpr _ -> false;
          default -> !(node instanceof Expr);
        };
    return itself && node.children().stream().allMatch(this::mayRunAnywhere);
  }

  private boolean isSteady(Expr.FunctionCall call) {
    String name = call.name().local();
    return functions.isBuiltIn(call)
        && !functions.isVolatile(call)
        && !functions.isAggregate(call)
        && !functions.returnsSet(call)
        && call.over().isEmpty()
        && (!functions.isStable(call) || BY_SETTINGS.contains(name));
  }

  /**
   * Only comparisons of columns and constants as they are, and what AND, OR and NOT make of it.
   * What is computed from literals alone PostgreSQL computes when it plans, whether rows come by or
   * not.
   */
  public boolean cannotFail(Expr condition) {
    return isOfLiterals(condition) || comparesOnly(condition);
  }

  private boolean isOfLiterals(Expr value) {
    return RelationNames.collect(value, Expr.ColumnRef.class).isEmpty()
        && RelationNames.collect(value, Expr.Param.class).isEmpty()
        && RelationNames.collect(value, Expr.FunctionCall.class).isEmpty()
        && RelationNames.collect(value, Expr.Special.class).isEmpty()
        && mayRunAnywhere(value);
  }

  private boolean comparesOnly(Expr condition) {
    return switch (condition) {
      case Expr.Literal _, Expr.Constant _, Expr.Param _ -> true;
      case Expr.ColumnRef reference -> !reference.star();
      case Expr.Operator(_, var operator, var left, var right) ->
          left.isPresent()
              && operator.schema().isEmpty()
              && COMPARISONS.contains(operator.symbol())
              && cannotFail(left.get())
              && cannotFail(right);
      case Expr.Logical(_, _, var operands) -> operands.stream().allMatch(this::cannotFail);
      case Expr.Test(_, var kind, _, var operands) ->
          switch (kind) {
            case IS_NULL, IS_TRUE, IS_FALSE, IS_UNKNOWN, IS_DISTINCT_FROM, BETWEEN ->
                operands.stream().allMatch(this::cannotFail);
            case LIKE -> operands.size() == 2 && operands.stream().allMatch(this::cannotFail);
            default -> false;
          };
      case Expr.InList(_, var argument, _, var items) ->
          cannotFail(argument) && items.stream().allMatch(this::cannotFail);
      case Expr.Special(_, var keyword, var children) when keyword.equals("SUBSTRING") ->
          isPart(children);
      default -> false;
    };
  }

  /** From and for a number: no literal is negative. */
  private boolean isPart(List<Node> children) {
    return children.getFirst() instanceof Expr.ColumnRef reference
        && !reference.star()
        && children.stream()
            .skip(1)
            .allMatch(n -> n instanceof Expr.Literal(_, var kind, _) && kind == LiteralKind.INT4);
  }
}
