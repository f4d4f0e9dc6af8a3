package dev.drover.planner.sql;

import static java.util.stream.Collectors.joining;

import java.util.List;

/** Expressions with a parenthesis around each node, so that a test sees what binds to what. */
final class Shown {
  private final byte[] text;

  private Shown(byte[] text) {
    this.text = text;
  }

  /** The first item of {@code SELECT expression}. */
  static String expression(String expression) {
    byte[] text = Corpus.utf8("SELECT " + expression);
    Statement.Select select = (Statement.Select) SqlParser.parse(text).getFirst().statement();
    QueryBody.SelectBlock block = (QueryBody.SelectBlock) select.query().body();
    return new Shown(text).show(block.targets().getFirst().value());
  }

  private String show(Node node) {
    return switch (node) {
      case Expr.Literal _, Expr.Param _, Expr.ColumnRef _, Expr.Constant _ ->
          node.span().of(text).replaceAll("[()]", "");
      case Expr.Operator(_, var operator, var left, var right) ->
          list(
              operator.schema().map(s -> s.text() + ".").orElse("") + operator.symbol(),
              left.map(l -> List.<Node>of(l, right)).orElse(List.of(right)));
      case Expr.Logical(_, var kind, var operands) -> list(kind.name(), operands);
      case Expr.Test(_, var kind, var negated, var operands) ->
          list((negated ? "NOT_" : "") + kind, operands);
      case Expr.InList(_, var argument, var negated, var items) ->
          list(negated ? "NOT_IN" : "IN", argument, items);
      case Expr.AnyArray(_, var test, var operator, var all, var array) ->
          list(operator.symbol() + (all ? "ALL" : "ANY"), test, List.of(array));
      case Expr.Cast(_, _, var argument, var type) -> list("::" + type(type), List.of(argument));
      case Expr.Access(_, _, var step) -> list(step.getClass().getSimpleName(), node.children());
      case Expr.RowExpr(_, _, var elements) -> list("ROW", elements);
      case Expr.ArrayExpr(_, var elements) -> list("ARRAY", elements);
      case Expr.Special(_, var keyword, var children) -> list(keyword, children);
      case Expr.FunctionCall call -> list(call.name().text(), rest(call));
      case Expr.SubqueryExpr(_, var kind, _, var test, _, _) ->
          list(kind.name(), test.map(List::<Node>of).orElse(List.of()));
      case Expr.Case when -> list("CASE", when.children());
      default -> node.span().of(text);
    };
  }

  private static List<Node> rest(Expr.FunctionCall call) {
    return call.children().stream().filter(c -> !(c instanceof QualifiedName)).toList();
  }

  private static String type(TypeName type) {
    return type.name().text() + "[]".repeat(type.arrayDimensions());
  }

  private String list(String head, Node first, List<? extends Node> rest) {
    return "(" + head + " " + show(first) + shown(rest) + ")";
  }

  private String list(String head, List<? extends Node> nodes) {
    return "(" + head + shown(nodes) + ")";
  }

  private String shown(List<? extends Node> nodes) {
    return nodes.stream().map(n -> " " + show(n)).collect(joining());
  }
}
