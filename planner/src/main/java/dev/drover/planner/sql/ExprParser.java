package dev.drover.planner.sql;

import dev.drover.planner.sql.Expr.AnyArray;
import dev.drover.planner.sql.Expr.Logical;
import dev.drover.planner.sql.Expr.Operator;
import dev.drover.planner.sql.Expr.Special;
import dev.drover.planner.sql.Expr.SubqueryExpr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads expressions by precedence climbing.
 *
 * <p>Source: PostgreSQL 18 manual, section 4.1.6 "Operator Precedence".
 */
final class ExprParser {
  private static final String[] SYMBOLS = symbols();

  static final int NONE = 0;
  static final int OR = 1;
  static final int AND = 2;
  static final int NOT = 3;
  static final int IS = 4;
  static final int COMPARE = 5;
  static final int MATCH = 6;
  static final int OTHER = 7;
  static final int ADD = 8;
  static final int MULTIPLY = 9;
  static final int POWER = 10;
  static final int AT = 11;
  static final int COLLATE = 12;
  static final int SIGN = 13;

  private final Grammar grammar;
  private final Cursor cursor;
  private final TestParser tests;

  ExprParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.tests = new TestParser(grammar, this);
  }

  /** Any expression. */
  Expr expression() {
    return parse(OR, false);
  }

  /**
   * An expression without AND, OR, NOT, IS NULL, BETWEEN, IN, LIKE, COLLATE and AT TIME ZONE, as
   * where one of these words may follow it.
   */
  Expr restricted() {
    return parse(OR, true);
  }

  /** An expression of operators that bind at least as tightly as the level. */
  Expr parse(int level, boolean restricted) {
    cursor.enter();
    Expr left = prefix(restricted);
    int forbidden = NONE;
    int chain = 0;
    int next = level(restricted);
    while (next >= level && next != NONE) {
      if (next == forbidden) {
        throw cursor.unexpected();
      }
      if (++chain > Cursor.MAX_CHAIN) {
        throw cursor.tooDeep();
      }
      left = infix(left, next, restricted);
      forbidden = isNonAssociative(left) ? next : NONE;
      next = level(restricted);
    }
    cursor.leave();
    return left;
  }

  /** Forms that end with an operand and do not chain with others of their level. */
  private static boolean isNonAssociative(Expr built) {
    return switch (built) {
      case Operator(_, var operator, var left, _) ->
          left.isPresent()
              && operator.schema().isEmpty()
              && comparisonLevel(operator.symbol()) == COMPARE;
      case Expr.Test(_, var kind, _, _) ->
          switch (kind) {
            case IS_DISTINCT_FROM, BETWEEN, BETWEEN_SYMMETRIC, LIKE, ILIKE, SIMILAR_TO -> true;
            default -> false;
          };
      case Special(_, var keyword, _) -> keyword.equals("OVERLAPS");
      default -> false;
    };
  }

  private static int comparisonLevel(String symbol) {
    return switch (symbol) {
      case "<", ">", "=", "<=", ">=", "<>", "!=" -> COMPARE;
      default -> OTHER;
    };
  }

  /** The level of the current token as an operator behind an operand; NONE if it is none. */
  private int level(boolean restricted) {
    return switch (cursor.kind()) {
      case '<', '>', '=', Token.COMPARISON -> COMPARE;
      case '+', '-' -> ADD;
      case '*', '/', '%' -> MULTIPLY;
      case '^' -> POWER;
      case Token.OPERATOR -> OTHER;
      case Token.WORD -> restricted ? restrictedWordLevel() : wordLevel();
      default -> NONE;
    };
  }

  private int wordLevel() {
    return switch (cursor.word()) {
      case "or" -> OR;
      case "and" -> AND;
      case "is" -> isPredicate(cursor.word(1)) ? IS : NONE;
      case "isnull", "notnull" -> IS;
      case "between", "in", "like", "ilike", "overlaps" -> MATCH;
      case "similar" -> cursor.word(1).equals("to") ? MATCH : NONE;
      case "not" -> isMatch(cursor.word(1)) ? MATCH : NONE;
      case "at" -> isZone(cursor.word(1)) ? AT : NONE;
      case "collate" -> COLLATE;
      case "operator" -> cursor.nextIs('(') ? OTHER : NONE;
      default -> NONE;
    };
  }

  private int restrictedWordLevel() {
    return switch (cursor.word()) {
      case "operator" -> cursor.nextIs('(') ? OTHER : NONE;
      case "is" -> {
        String next = cursor.word(cursor.word(1).equals("not") ? 2 : 1);
        yield next.equals("distinct") || next.equals("document") ? IS : NONE;
      }
      default -> NONE;
    };
  }

  private static boolean isMatch(String word) {
    return switch (word) {
      case "between", "in", "like", "ilike", "similar" -> true;
      default -> false;
    };
  }

  /** Whether the word makes IS before it a predicate and no label. */
  private static boolean isPredicate(String word) {
    return switch (word) {
      case "not", "null", "true", "false", "unknown", "document", "distinct" -> true;
      case "normalized", "nfc", "nfd", "nfkc", "nfkd", "json" -> true;
      default -> false;
    };
  }

  private static boolean isZone(String word) {
    return word.equals("time") || word.equals("local");
  }

  private Expr prefix(boolean restricted) {
    return switch (cursor.kind()) {
      case '+', '-' -> unary(SIGN, restricted);
      case Token.OPERATOR -> unary(ADD, restricted);
      case Token.WORD -> prefixWord(restricted);
      default -> grammar.primaries().primary();
    };
  }

  private Expr prefixWord(boolean restricted) {
    if (cursor.at("not") && !restricted) {
      int start = cursor.start();
      cursor.advance();
      Expr operand = parse(NOT, false);
      return new Logical(cursor.since(start), Logical.Kind.NOT, List.of(operand));
    }
    return cursor.at("operator") && cursor.nextIs('(')
        ? unary(ADD, restricted)
        : grammar.primaries().primary();
  }

  private Expr unary(int level, boolean restricted) {
    int start = cursor.start();
    OperatorName operator = operator();
    Expr operand = parse(level, restricted);
    return new Operator(cursor.since(start), operator, Optional.empty(), operand);
  }

  /** The operator symbol here. */
  private OperatorName symbol() {
    Span span = cursor.span();
    String symbol =
        cursor.at(Token.OPERATOR) || cursor.at(Token.COMPARISON)
            ? span.of(cursor.text())
            : SYMBOLS[cursor.kind()];
    cursor.advance();
    return new OperatorName(span, Optional.empty(), symbol);
  }

  private static String[] symbols() {
    String[] symbols = new String[Byte.MAX_VALUE];
    for (char c : "+-*/%^<>=".toCharArray()) {
      symbols[c] = String.valueOf(c);
    }
    return symbols;
  }

  /** Whether an operator's symbol stands here. */
  boolean atSymbol() {
    return switch (cursor.kind()) {
      case '+', '-', '*', '/', '%', '^', '<', '>', '=', Token.COMPARISON, Token.OPERATOR -> true;
      default -> false;
    };
  }

  /** A symbol, or {@code OPERATOR(schema.symbol)}. */
  OperatorName operator() {
    if (atSymbol()) {
      return symbol();
    }
    int start = cursor.start();
    cursor.expect("operator");
    cursor.expect('(');
    OperatorName inner = qualifiedSymbol();
    cursor.expect(')');
    return new OperatorName(cursor.since(start), inner.schema(), inner.symbol());
  }

  /** {@code schema.symbol}, without OPERATOR around it. */
  OperatorName qualifiedSymbol() {
    int start = cursor.start();
    Optional<Name> schema = Optional.empty();
    while (!atSymbol()) {
      schema = Optional.of(grammar.names().label());
      cursor.expect('.');
    }
    OperatorName symbol = symbol();
    return new OperatorName(cursor.since(start), schema, symbol.symbol());
  }

  private Expr infix(Expr left, int level, boolean restricted) {
    return switch (level) {
      case OR, AND -> logical(left, level);
      case IS -> tests.is(left, restricted);
      case MATCH -> tests.match(left);
      case AT -> zone(left);
      case COLLATE -> collate(left);
      default -> binary(left, level, restricted);
    };
  }

  private Expr logical(Expr first, int level) {
    String word = level == AND ? "and" : "or";
    List<Expr> operands = new ArrayList<>();
    operands.add(first);
    while (cursor.accept(word)) {
      operands.add(parse(level + 1, false));
    }
    Logical.Kind kind = level == AND ? Logical.Kind.AND : Logical.Kind.OR;
    return new Logical(cursor.since(first.span().start()), kind, operands);
  }

  private Expr zone(Expr left) {
    cursor.advance();
    if (cursor.accept("local")) {
      return special(left, "AT LOCAL", List.of(left));
    }
    cursor.expect("time", "zone");
    return special(left, "AT TIME ZONE", List.of(left, parse(AT + 1, false)));
  }

  private Expr collate(Expr left) {
    cursor.advance();
    return special(left, "COLLATE", List.of(left, grammar.names().anyQualifiedName()));
  }

  private Expr special(Expr left, String keyword, List<Node> children) {
    return new Special(cursor.since(left.span().start()), keyword, children);
  }

  private Expr binary(Expr left, int level, boolean restricted) {
    OperatorName operator = operator();
    if (atQuantifier()) {
      return quantified(left, operator);
    }
    Expr right = parse(level + 1, restricted);
    return new Operator(
        new Span(left.span().start(), right.span().end()), operator, Optional.of(left), right);
  }

  /** Whether ANY, SOME or ALL and a parenthesis stand here. */
  boolean atQuantifier() {
    return switch (cursor.word()) {
      case "any", "some", "all" -> cursor.nextIs('(');
      default -> false;
    };
  }

  /** {@code ANY (...)} behind a test and its operator. */
  Expr quantified(Expr test, OperatorName operator) {
    boolean all = cursor.at("all");
    cursor.advance();
    PrimaryParser.Contents contents = grammar.primaries().contents();
    Span span = cursor.since(test.span().start());
    Optional<Query> query = contents.onlyQuery();
    if (query.isEmpty()) {
      return new AnyArray(span, test, operator, all, contents.items().getFirst());
    }
    SubqueryExpr.Kind kind = all ? SubqueryExpr.Kind.ALL : SubqueryExpr.Kind.ANY;
    return new SubqueryExpr(
        span, kind, false, Optional.of(test), Optional.of(operator), query.orElseThrow());
  }
}
