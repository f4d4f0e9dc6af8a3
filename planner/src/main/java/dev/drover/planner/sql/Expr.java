package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/**
 * An expression.
 *
 * <p>Parentheses make no node: they widen the span of what they hold, so that a node's text can
 * stand wherever an expression may.
 */
public sealed interface Expr extends Node {
  /** The same expression with the span of the parentheses around it. */
  Expr within(Span parentheses);

  /**
   * A constant written in the text.
   *
   * @param ordinal its index in {@link ShapeScanner}'s list; -1 for a kind that is not lifted
   */
  record Literal(Span span, LiteralKind kind, int ordinal) implements Expr {
    @Override
    public Expr within(Span parentheses) {
      return new Literal(parentheses, kind, ordinal);
    }
  }

  /** NULL, TRUE, FALSE, or DEFAULT where a value may be left to the column. */
  record Constant(Span span, Constant.Kind kind) implements Expr {
    /** Which constant. */
    public enum Kind {
      NULL,
      TRUE,
      FALSE,
      DEFAULT
    }

    @Override
    public Expr within(Span parentheses) {
      return new Constant(parentheses, kind);
    }
  }

  /** A parameter, {@code $1} being index 1. */
  record Param(Span span, int index) implements Expr {
    @Override
    public Expr within(Span parentheses) {
      return new Param(parentheses, index);
    }
  }

  /** {@code a}, {@code t.a}, {@code s.t.a}, {@code *} (no parts), {@code t.*}. */
  record ColumnRef(Span span, List<Name> parts, boolean star) implements Expr {
    public ColumnRef {
      parts = List.copyOf(parts);
    }

    @Override
    public Expr within(Span parentheses) {
      return new ColumnRef(parentheses, parts, star);
    }
  }

  /**
   * A call of a function, an aggregate or a window function.
   *
   * @param star whether the argument is {@code *}
   * @param orderBy the ORDER BY inside the parentheses, or of WITHIN GROUP
   */
  record FunctionCall(
      Span span,
      QualifiedName name,
      List<Argument> arguments,
      boolean distinct,
      boolean star,
      List<QueryPart.SortItem> orderBy,
      boolean withinGroup,
      Optional<Expr> filter,
      Optional<QueryPart.Window> over)
      implements Expr {
    public FunctionCall {
      arguments = List.copyOf(arguments);
      orderBy = List.copyOf(orderBy);
    }

    /** One argument; by name ({@code a => 1}) if it has one. */
    public record Argument(Optional<Name> name, boolean variadic, Expr value) {}

    @Override
    public List<Node> children() {
      return Children.of(name)
          .and(arguments.stream().map(Argument::value).toList())
          .and(orderBy)
          .and(filter)
          .and(over)
          .list();
    }

    @Override
    public Expr within(Span parentheses) {
      return new FunctionCall(
          parentheses, name, arguments, distinct, star, orderBy, withinGroup, filter, over);
    }
  }

  /** {@code left op right}, or {@code op right}. */
  record Operator(Span span, OperatorName operator, Optional<Expr> left, Expr right)
      implements Expr {
    @Override
    public List<Node> children() {
      return Children.of(left).and(right).list();
    }

    @Override
    public Expr within(Span parentheses) {
      return new Operator(parentheses, operator, left, right);
    }
  }

  /** NOT of one operand; AND or OR of two or more: a chain without parentheses is one node. */
  record Logical(Span span, Logical.Kind kind, List<Expr> operands) implements Expr {
    /** Which connective. */
    public enum Kind {
      AND,
      OR,
      NOT
    }

    public Logical {
      operands = List.copyOf(operands);
    }

    @Override
    public List<Node> children() {
      return Children.of(operands).list();
    }

    @Override
    public Expr within(Span parentheses) {
      return new Logical(parentheses, kind, operands);
    }
  }

  /** A predicate with syntax of its own; the operands in the order of the text. */
  record Test(Span span, Test.Kind kind, boolean negated, List<Expr> operands) implements Expr {
    /** Which predicate. */
    public enum Kind {
      IS_NULL,
      IS_TRUE,
      IS_FALSE,
      IS_UNKNOWN,
      IS_DISTINCT_FROM,
      IS_DOCUMENT,
      IS_NORMALIZED,
      IS_JSON,
      BETWEEN,
      BETWEEN_SYMMETRIC,
      LIKE,
      ILIKE,
      SIMILAR_TO
    }

    public Test {
      operands = List.copyOf(operands);
    }

    @Override
    public List<Node> children() {
      return Children.of(operands).list();
    }

    @Override
    public Expr within(Span parentheses) {
      return new Test(parentheses, kind, negated, operands);
    }
  }

  /** {@code argument [NOT] IN (item, ...)}. */
  record InList(Span span, Expr argument, boolean negated, List<Expr> items) implements Expr {
    public InList {
      items = List.copyOf(items);
    }

    @Override
    public List<Node> children() {
      return Children.of(argument).and(items).list();
    }

    @Override
    public Expr within(Span parentheses) {
      return new InList(parentheses, argument, negated, items);
    }
  }

  /** {@code test op ANY (array)}, or ALL; SOME is ANY. */
  record AnyArray(Span span, Expr test, OperatorName operator, boolean all, Expr array)
      implements Expr {
    @Override
    public List<Node> children() {
      return Children.of(test).and(array).list();
    }

    @Override
    public Expr within(Span parentheses) {
      return new AnyArray(parentheses, test, operator, all, array);
    }
  }

  /** CASE, with an operand to compare with or without. */
  record Case(Span span, Optional<Expr> operand, List<When> whens, Optional<Expr> otherwise)
      implements Expr {
    /** {@code WHEN condition THEN result}. */
    public record When(Expr condition, Expr result) {}

    public Case {
      whens = List.copyOf(whens);
    }

    @Override
    public List<Node> children() {
      Children children = Children.of(operand);
      whens.forEach(w -> children.and(w.condition()).and(w.result()));
      return children.and(otherwise).list();
    }

    @Override
    public Expr within(Span parentheses) {
      return new Case(parentheses, operand, whens, otherwise);
    }
  }

  /** A cast in any of its forms. */
  record Cast(Span span, Form form, Expr argument, TypeName type) implements Expr {
    /** How the cast is written. */
    public enum Form {
      /** {@code CAST(x AS t)}. */
      CAST,
      /** {@code x::t}. */
      COLONS,
      /** {@code t 'literal'}, also {@code interval '1' day}. */
      PREFIX
    }

    @Override
    public List<Node> children() {
      return Children.of(argument).and(type).list();
    }

    @Override
    public Expr within(Span parentheses) {
      return new Cast(parentheses, form, argument, type);
    }
  }

  /** A query in an expression; IN, ANY and ALL have a test, ANY and ALL an operator. */
  record SubqueryExpr(
      Span span,
      SubqueryExpr.Kind kind,
      boolean negated,
      Optional<Expr> test,
      Optional<OperatorName> operator,
      Query query)
      implements Expr {
    /** What the query is asked for. */
    public enum Kind {
      SCALAR,
      EXISTS,
      IN,
      ANY,
      ALL,
      ARRAY
    }

    @Override
    public List<Node> children() {
      return Children.of(test).and(query).list();
    }

    @Override
    public Expr within(Span parentheses) {
      return new SubqueryExpr(parentheses, kind, negated, test, operator, query);
    }
  }

  /** {@code ARRAY[...]}, and the bare {@code [...]} inside one. */
  record ArrayExpr(Span span, List<Expr> elements) implements Expr {
    public ArrayExpr {
      elements = List.copyOf(elements);
    }

    @Override
    public List<Node> children() {
      return Children.of(elements).list();
    }

    @Override
    public Expr within(Span parentheses) {
      return new ArrayExpr(parentheses, elements);
    }
  }

  /** {@code ROW(...)}, {@code (a, b)}, and the {@code ()} of GROUP BY. */
  record RowExpr(Span span, boolean explicit, List<Expr> elements) implements Expr {
    public RowExpr {
      elements = List.copyOf(elements);
    }

    @Override
    public List<Node> children() {
      return Children.of(elements).list();
    }

    @Override
    public Expr within(Span parentheses) {
      return new RowExpr(parentheses, explicit, elements);
    }
  }

  /** {@code base[i]}, {@code base[i:j]}, {@code (base).field}, {@code (base).*}. */
  record Access(Span span, Expr base, Step step) implements Expr {
    /** What is taken from the base. */
    public sealed interface Step {}

    /** {@code [index]}. */
    public record Element(Expr index) implements Step {}

    /** {@code [lower:upper]}. */
    public record Slice(Optional<Expr> lower, Optional<Expr> upper) implements Step {}

    /** {@code .name}. */
    public record Field(Name name) implements Step {}

    /** {@code .*}. */
    public record AllFields() implements Step {}

    @Override
    public List<Node> children() {
      return switch (step) {
        case Element(Expr index) -> Children.of(base).and(index).list();
        case Slice(var lower, var upper) -> Children.of(base).and(lower).and(upper).list();
        case Field _, AllFields _ -> List.of(base);
      };
    }

    @Override
    public Expr within(Span parentheses) {
      return new Access(parentheses, base, step);
    }
  }

  /**
   * Anything with syntax of its own that nobody needs to look into.
   *
   * @param keyword upper case: COALESCE, EXTRACT, AT TIME ZONE, COLLATE, CURRENT_TIMESTAMP, CURRENT
   *     OF, GROUPING, ROLLUP, XMLELEMENT, JSON_OBJECT ...
   */
  record Special(Span span, String keyword, List<Node> children) implements Expr {
    public Special {
      children = List.copyOf(children);
    }

    @Override
    public Expr within(Span parentheses) {
      return new Special(parentheses, keyword, children);
    }

    /** The row that a cursor stands on. */
    public boolean isCurrentOf() {
      return keyword.equals("CURRENT OF");
    }
  }
}
