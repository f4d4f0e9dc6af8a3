package dev.drover.planner.sql;

import dev.drover.planner.sql.Expr.ArrayExpr;
import dev.drover.planner.sql.Expr.Case;
import dev.drover.planner.sql.Expr.Cast;
import dev.drover.planner.sql.Expr.RowExpr;
import dev.drover.planner.sql.Expr.SubqueryExpr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads CASE, CAST, EXISTS and the constructors of rows and arrays.
 *
 * <p>Source: PostgreSQL 18 manual, sections 4.2.9 to 4.2.13 and 9.18.
 */
final class ConstructorParser {
  private final Grammar grammar;
  private final Cursor cursor;

  ConstructorParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  /** {@code ROW(...)}. */
  Expr row() {
    int start = cursor.start();
    cursor.expect("row");
    cursor.expect('(');
    List<Expr> elements =
        cursor.at(')') ? List.of() : cursor.list(grammar.expressions()::expression);
    cursor.expect(')');
    return new RowExpr(cursor.since(start), true, elements);
  }

  /** {@code EXISTS (query)}. */
  Expr exists() {
    int start = cursor.start();
    cursor.expect("exists");
    return subquery(start, SubqueryExpr.Kind.EXISTS);
  }

  private Expr subquery(int start, SubqueryExpr.Kind kind) {
    Query query = grammar.primaries().contents().onlyQuery().orElseThrow(cursor::unexpected);
    return new SubqueryExpr(
        cursor.since(start), kind, false, Optional.empty(), Optional.empty(), query);
  }

  /** {@code ARRAY[...]} and {@code ARRAY(query)}. */
  Expr array() {
    int start = cursor.start();
    cursor.expect("array");
    if (cursor.at('(')) {
      return subquery(start, SubqueryExpr.Kind.ARRAY);
    }
    return elements(start);
  }

  private Expr elements(int start) {
    cursor.enter();
    cursor.expect('[');
    List<Expr> elements = cursor.at(']') ? List.of() : cursor.list(element());
    cursor.expect(']');
    cursor.leave();
    return new ArrayExpr(cursor.since(start), elements);
  }

  /** Elements are all arrays without the key word, or none is. */
  private Supplier<Expr> element() {
    return cursor.at('[') ? () -> elements(cursor.start()) : grammar.expressions()::expression;
  }

  /** {@code CAST(x AS type)}. */
  Expr cast() {
    int start = cursor.start();
    cursor.expect("cast");
    cursor.expect('(');
    Expr argument = grammar.expressions().expression();
    cursor.expect("as");
    TypeName type = grammar.types().type();
    cursor.expect(')');
    return new Cast(cursor.since(start), Cast.Form.CAST, argument, type);
  }

  /** CASE. */
  Expr caseExpression() {
    int start = cursor.start();
    cursor.expect("case");
    ExprParser expressions = grammar.expressions();
    Optional<Expr> operand =
        cursor.at("when") ? Optional.empty() : Optional.of(expressions.expression());
    List<Case.When> whens = new ArrayList<>();
    do {
      cursor.expect("when");
      Expr condition = expressions.expression();
      cursor.expect("then");
      whens.add(new Case.When(condition, expressions.expression()));
    } while (cursor.at("when"));
    Optional<Expr> otherwise =
        cursor.accept("else") ? Optional.of(expressions.expression()) : Optional.empty();
    cursor.expect("end");
    return new Case(cursor.since(start), operand, whens, otherwise);
  }
}
