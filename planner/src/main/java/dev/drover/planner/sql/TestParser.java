package dev.drover.planner.sql;

import dev.drover.planner.sql.Expr.InList;
import dev.drover.planner.sql.Expr.Special;
import dev.drover.planner.sql.Expr.SubqueryExpr;
import dev.drover.planner.sql.Expr.Test;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the predicates that are words: IS, BETWEEN, IN, LIKE and their relatives. */
final class TestParser {
  private final Grammar grammar;
  private final Cursor cursor;
  private final ExprParser expressions;

  TestParser(Grammar grammar, ExprParser expressions) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.expressions = expressions;
  }

  private Expr test(Expr left, Test.Kind kind, boolean negated, List<Expr> operands) {
    return new Test(cursor.since(left.span().start()), kind, negated, operands);
  }

  /** IS ..., ISNULL, NOTNULL. */
  Expr is(Expr left, boolean restricted) {
    String first = cursor.word();
    cursor.advance();
    if (!first.equals("is")) {
      return test(left, Test.Kind.IS_NULL, first.equals("notnull"), List.of(left));
    }
    boolean negated = cursor.accept("not");
    int index = cursor.index();
    String word = cursor.word();
    cursor.advance();
    return switch (word) {
      case "null" -> test(left, Test.Kind.IS_NULL, negated, List.of(left));
      case "true" -> test(left, Test.Kind.IS_TRUE, negated, List.of(left));
      case "false" -> test(left, Test.Kind.IS_FALSE, negated, List.of(left));
      case "unknown" -> test(left, Test.Kind.IS_UNKNOWN, negated, List.of(left));
      case "document" -> test(left, Test.Kind.IS_DOCUMENT, negated, List.of(left));
      case "distinct" -> distinct(left, negated, restricted);
      case "normalized" -> test(left, Test.Kind.IS_NORMALIZED, negated, List.of(left));
      case "nfc", "nfd", "nfkc", "nfkd" -> {
        cursor.expect("normalized");
        yield test(left, Test.Kind.IS_NORMALIZED, negated, List.of(left));
      }
      case "json" -> json(left, negated);
      default -> {
        cursor.moveTo(index);
        throw cursor.unexpected();
      }
    };
  }

  private Expr distinct(Expr left, boolean negated, boolean restricted) {
    cursor.expect("from");
    Expr right = expressions.parse(ExprParser.IS + 1, restricted);
    return test(left, Test.Kind.IS_DISTINCT_FROM, negated, List.of(left, right));
  }

  private Expr json(Expr left, boolean negated) {
    switch (cursor.word()) {
      case "value", "scalar", "array", "object" -> cursor.advance();
      default -> {}
    }
    if (cursor.at("with", "unique") || cursor.at("without", "unique")) {
      cursor.advance();
      cursor.advance();
      cursor.accept("keys");
    }
    return test(left, Test.Kind.IS_JSON, negated, List.of(left));
  }

  /** BETWEEN, IN, LIKE, ILIKE, SIMILAR TO, with NOT before them, and OVERLAPS. */
  Expr match(Expr left) {
    boolean negated = cursor.accept("not");
    String word = cursor.word();
    cursor.advance();
    return switch (word) {
      case "between" -> between(left, negated);
      case "in" -> in(left, negated);
      case "like" -> like(left, negated, Test.Kind.LIKE, "~~");
      case "ilike" -> like(left, negated, Test.Kind.ILIKE, "~~*");
      case "similar" -> {
        cursor.expect("to");
        yield pattern(left, negated, Test.Kind.SIMILAR_TO);
      }
      default -> overlaps(left);
    };
  }

  private Expr between(Expr left, boolean negated) {
    boolean symmetric = cursor.accept("symmetric");
    if (!symmetric) {
      cursor.accept("asymmetric");
    }
    Expr low = expressions.restricted();
    cursor.expect("and");
    Expr high = expressions.parse(ExprParser.MATCH + 1, false);
    Test.Kind kind = symmetric ? Test.Kind.BETWEEN_SYMMETRIC : Test.Kind.BETWEEN;
    return test(left, kind, negated, List.of(left, low, high));
  }

  private Expr like(Expr left, boolean negated, Test.Kind kind, String symbol) {
    if (!expressions.atQuantifier()) {
      return pattern(left, negated, kind);
    }
    Span word = cursor.tokens().span(cursor.index() - 1);
    String named = negated ? "!" + symbol : symbol;
    return expressions.quantified(left, new OperatorName(word, Optional.empty(), named));
  }

  private Expr pattern(Expr left, boolean negated, Test.Kind kind) {
    List<Expr> operands = new ArrayList<>();
    operands.add(left);
    operands.add(expressions.parse(ExprParser.MATCH + 1, false));
    if (cursor.accept("escape")) {
      operands.add(expressions.parse(ExprParser.MATCH + 1, false));
    }
    return test(left, kind, negated, operands);
  }

  private Expr in(Expr left, boolean negated) {
    PrimaryParser.Contents contents = grammar.primaries().contents();
    Span span = cursor.since(left.span().start());
    Optional<Query> query = contents.onlyQuery();
    if (query.isEmpty()) {
      return new InList(span, left, negated, contents.items());
    }
    return new SubqueryExpr(
        span,
        SubqueryExpr.Kind.IN,
        negated,
        Optional.of(left),
        Optional.empty(),
        query.orElseThrow());
  }

  private Expr overlaps(Expr left) {
    Expr right = expressions.parse(ExprParser.OTHER, false);
    return new Special(cursor.since(left.span().start()), "OVERLAPS", List.of(left, right));
  }
}
