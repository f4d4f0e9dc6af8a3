package dev.drover.planner.sql;

import dev.drover.planner.sql.Expr.Cast;
import dev.drover.planner.sql.Expr.FunctionCall;
import dev.drover.planner.sql.Expr.FunctionCall.Argument;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads calls of functions, aggregates and window functions.
 *
 * <p>Source: PostgreSQL 18 manual, sections 4.2.6 to 4.2.8 and 4.3.
 */
final class CallParser {
  private final Grammar grammar;
  private final Cursor cursor;

  CallParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  /** From the parenthesis behind the name. */
  Expr call(QualifiedName name) {
    int start = name.span().start();
    cursor.enter();
    cursor.expect('(');
    boolean star = cursor.accept('*');
    boolean distinct = !star && cursor.accept("distinct");
    if (!star && !distinct) {
      cursor.accept("all");
    }
    List<Argument> arguments =
        star || (cursor.at(')') && !distinct) ? List.of() : cursor.list(this::argument);
    List<QueryPart.SortItem> orderBy =
        arguments.isEmpty() ? List.of() : grammar.queries().optionalOrderBy();
    cursor.expect(')');
    cursor.leave();
    if (Token.isString(cursor.kind()) && !star && !distinct && orderBy.isEmpty()) {
      return typedLiteral(name, arguments);
    }
    boolean withinGroup = cursor.accept("within", "group");
    if (withinGroup) {
      cursor.expect('(');
      orderBy = grammar.queries().optionalOrderBy();
      cursor.expect(')');
    }
    Optional<Expr> filter = filter();
    Optional<QueryPart.Window> over = over();
    Span span = cursor.since(start);
    return new FunctionCall(
        span, name, arguments, distinct, star, orderBy, withinGroup, filter, over);
  }

  /** {@code numeric(10, 2) '1.5'}: the call was the name of a type. */
  private Expr typedLiteral(QualifiedName name, List<Argument> arguments) {
    List<Expr> modifiers = arguments.stream().map(Argument::value).toList();
    Span span = cursor.since(name.span().start());
    TypeName type = new TypeName(span, name, false, modifiers, "", 0, false, false);
    Expr.Literal literal = grammar.primaries().literal();
    return new Cast(cursor.since(span.start()), Cast.Form.PREFIX, literal, type);
  }

  /** One argument: positional, by name, or VARIADIC. */
  Argument argument() {
    boolean variadic = cursor.accept("variadic");
    byte next = cursor.kind(1);
    Optional<Name> name = Optional.empty();
    if (next == Token.ASSIGN || next == Token.ARROW) {
      name = Optional.of(grammar.names().typeOrFunctionName());
      cursor.advance();
    }
    return new Argument(name, variadic, grammar.expressions().expression());
  }

  /** FILTER, if it is there. */
  Optional<Expr> filter() {
    if (!cursor.at("filter") || !cursor.nextIs('(')) {
      return Optional.empty();
    }
    cursor.advance();
    cursor.advance();
    cursor.expect("where");
    Expr condition = grammar.expressions().expression();
    cursor.expect(')');
    return Optional.of(condition);
  }

  /** OVER, if it is there, with the null treatment before it. */
  Optional<QueryPart.Window> over() {
    if (cursor.at("ignore", "nulls") || cursor.at("respect", "nulls")) {
      cursor.advance();
      cursor.advance();
    }
    if (!cursor.at("over")) {
      return Optional.empty();
    }
    int start = cursor.start();
    cursor.advance();
    if (cursor.at('(')) {
      return Optional.of(window(start, Optional.empty()));
    }
    Optional<Name> base = Optional.of(grammar.names().name());
    return Optional.of(
        new QueryPart.Window(
            cursor.since(start),
            Optional.empty(),
            base,
            List.of(),
            List.of(),
            Optional.empty(),
            List.of()));
  }

  /** A window's definition in parentheses. */
  QueryPart.Window window(int start, Optional<Name> name) {
    cursor.expect('(');
    Optional<Name> base = atBaseWindow() ? Optional.of(grammar.names().name()) : Optional.empty();
    List<Expr> partitionBy =
        cursor.accept("partition", "by")
            ? cursor.list(grammar.expressions()::expression)
            : List.of();
    List<QueryPart.SortItem> orderBy = grammar.queries().optionalOrderBy();
    List<Expr> offsets = new ArrayList<>();
    Optional<Span> frame = atFrame() ? Optional.of(frame(offsets)) : Optional.empty();
    cursor.expect(')');
    return new QueryPart.Window(
        cursor.since(start), name, base, partitionBy, orderBy, frame, offsets);
  }

  private boolean atBaseWindow() {
    return grammar.names().atColumnName() && !cursor.at("partition") && !atFrame();
  }

  private boolean atFrame() {
    return switch (cursor.word()) {
      case "range", "rows", "groups" -> true;
      default -> false;
    };
  }

  private Span frame(List<Expr> offsets) {
    int start = cursor.start();
    cursor.advance();
    if (cursor.accept("between")) {
      bound(offsets);
      cursor.expect("and");
    }
    bound(offsets);
    if (cursor.accept("exclude")) {
      exclusion();
    }
    return cursor.since(start);
  }

  private void exclusion() {
    switch (cursor.word()) {
      case "group", "ties" -> cursor.advance();
      case "current" -> cursor.expect("current", "row");
      default -> cursor.expect("no", "others");
    }
  }

  private void bound(List<Expr> offsets) {
    if (cursor.accept("current", "row")) {
      return;
    }
    boolean unbounded = cursor.at("unbounded") && isDirection(cursor.word(1));
    if (unbounded) {
      cursor.advance();
    } else {
      offsets.add(grammar.expressions().expression());
    }
    if (!isDirection(cursor.word())) {
      throw cursor.unexpected();
    }
    cursor.advance();
  }

  private static boolean isDirection(String word) {
    return word.equals("preceding") || word.equals("following");
  }
}
