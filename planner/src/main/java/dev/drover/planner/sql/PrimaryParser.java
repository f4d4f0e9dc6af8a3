package dev.drover.planner.sql;

import dev.drover.pgwire.SqlState;
import dev.drover.planner.sql.Expr.Access;
import dev.drover.planner.sql.Expr.Cast;
import dev.drover.planner.sql.Expr.ColumnRef;
import dev.drover.planner.sql.Expr.Constant;
import dev.drover.planner.sql.Expr.Literal;
import dev.drover.planner.sql.Expr.Param;
import dev.drover.planner.sql.Expr.RowExpr;
import dev.drover.planner.sql.Expr.SubqueryExpr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads what operators stand between.
 *
 * <p>Source: PostgreSQL 18 manual, section 4.2 "Value Expressions".
 */
final class PrimaryParser {
  private static final int MAX_PARAMETER = 65535;

  private final Grammar grammar;
  private final Cursor cursor;
  private final ConstructorParser constructors;

  PrimaryParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.constructors = new ConstructorParser(grammar);
  }

  /** What parentheses hold: a query, or expressions. */
  record Contents(Optional<Query> query, List<Expr> items) {
    /** The query, also of {@code ((SELECT ...))}. */
    Optional<Query> onlyQuery() {
      if (items.size() == 1
          && items.getFirst() instanceof SubqueryExpr(_, var kind, _, _, _, var inner)
          && kind == SubqueryExpr.Kind.SCALAR) {
        return Optional.of(inner);
      }
      return query;
    }
  }

  /** An operand with its subscripts, fields and casts. */
  Expr primary() {
    boolean indirect = cursor.at('(') || cursor.at(Token.PARAM);
    Expr operand = operand();
    indirect |= operand instanceof ColumnRef(_, _, var star) && !star;
    return suffixes(operand, indirect);
  }

  private Expr suffixes(Expr operand, boolean indirect) {
    Expr base = operand;
    boolean open = indirect;
    int chain = 0;
    while (true) {
      if (cursor.at(Token.CAST)) {
        cursor.advance();
        TypeName type = grammar.types().type();
        base = new Cast(cursor.since(base.span().start()), Cast.Form.COLONS, base, type);
        open = false;
      } else if (open && (cursor.at('[') || cursor.at('.'))) {
        base = access(base);
      } else {
        return base;
      }
      if (++chain > Cursor.MAX_CHAIN) {
        throw cursor.tooDeep();
      }
    }
  }

  private Expr access(Expr base) {
    Access.Step step = cursor.accept('[') ? subscript() : field();
    return new Access(cursor.since(base.span().start()), base, step);
  }

  private Access.Step field() {
    cursor.expect('.');
    return cursor.accept('*') ? new Access.AllFields() : new Access.Field(grammar.names().label());
  }

  /** Behind the opening bracket. */
  Access.Step subscript() {
    Optional<Expr> lower =
        cursor.at(':') ? Optional.empty() : Optional.of(grammar.expressions().expression());
    if (cursor.accept(':')) {
      Optional<Expr> upper =
          cursor.at(']') ? Optional.empty() : Optional.of(grammar.expressions().expression());
      cursor.expect(']');
      return new Access.Slice(lower, upper);
    }
    cursor.expect(']');
    return new Access.Element(lower.orElseThrow());
  }

  private Expr operand() {
    byte kind = cursor.kind();
    if (Token.isLiteral(kind)) {
      return literal();
    }
    return switch (kind) {
      case Token.WORD -> word();
      case Token.QUOTED -> named();
      case Token.PARAM -> parameter();
      case '(' -> parenthesized();
      default -> throw cursor.unexpected();
    };
  }

  /** The literal here. */
  Literal literal() {
    if (!Token.isLiteral(cursor.kind())) {
      throw cursor.unexpected();
    }
    LiteralKind kind = LiteralKind.of(cursor.kind() - Token.LITERAL);
    int ordinal = kind.isLifted() ? cursor.tokens().literalsBefore(cursor.index()) : -1;
    Literal literal = new Literal(cursor.span(), kind, ordinal);
    cursor.advance();
    return literal;
  }

  private Expr parameter() {
    Span span = cursor.span();
    int index = 0;
    for (int i = span.start() + 1; i < span.end(); i++) {
      index = index * 10 + cursor.text()[i] - '0';
      if (index > MAX_PARAMETER) {
        throw cursor.error(
            SqlState.UNDEFINED_PARAMETER, "there is no parameter " + span.of(cursor.text()));
      }
    }
    cursor.sawParameter(index);
    cursor.advance();
    return new Param(span, index);
  }

  /** An expression, a row or a query in parentheses. */
  Expr parenthesized() {
    int start = cursor.start();
    Contents contents = contents();
    Span span = cursor.since(start);
    if (contents.query().isPresent()) {
      return new SubqueryExpr(
          span,
          SubqueryExpr.Kind.SCALAR,
          false,
          Optional.empty(),
          Optional.empty(),
          contents.query().orElseThrow());
    }
    return contents.items().size() == 1
        ? contents.items().getFirst().within(span)
        : new RowExpr(span, false, contents.items());
  }

  /** From the opening to behind the closing parenthesis. */
  Contents contents() {
    cursor.expect('(');
    if (atQuery()) {
      Query query = grammar.queries().query();
      cursor.expect(')');
      return new Contents(Optional.of(query), List.of());
    }
    List<Expr> items = cursor.list(grammar.expressions()::expression);
    if (items.size() == 1 && !cursor.at(')')) {
      Optional<Query> continued = continued(items.getFirst());
      cursor.expect(')');
      return new Contents(continued, List.of());
    }
    cursor.expect(')');
    return new Contents(Optional.empty(), items);
  }

  /** A query in parentheses that turned out to be the first operand of a larger query. */
  private Optional<Query> continued(Expr first) {
    boolean isQuery =
        first instanceof SubqueryExpr(_, var kind, _, _, _, _)
            && kind == SubqueryExpr.Kind.SCALAR
            && grammar.queries().atContinuation();
    if (!isQuery || !(first instanceof SubqueryExpr(var span, _, _, _, _, var query))) {
      throw cursor.unexpected();
    }
    return Optional.of(grammar.queries().continued(new QueryBody.Nested(span, query)));
  }

  /** Whether a query without parentheses around it begins here. */
  boolean atQuery() {
    return switch (cursor.word()) {
      case "select", "with", "table" -> true;
      case "values" -> cursor.nextIs('(');
      default -> false;
    };
  }

  private Expr word() {
    Keyword keyword = cursor.keyword();
    return switch (keyword.category()) {
      case NONE -> named();
      case UNRESERVED -> unreserved(keyword.word());
      case COLUMN_NAME -> columnWord(keyword.word());
      case TYPE_OR_FUNCTION -> functionWord();
      case RESERVED -> reserved(keyword.word());
    };
  }

  private Expr unreserved(String word) {
    if (word.equals("double") && cursor.word(1).equals("precision")) {
      return typedLiteral();
    }
    if (cursor.nextIs('(') && grammar.specials().isJsonFunction(word)) {
      return grammar.specials().json();
    }
    return named();
  }

  private Expr columnWord(String word) {
    return switch (word) {
      case "bigint", "bit", "boolean", "char", "character", "dec", "decimal", "float", "int" ->
          typedOrNamed();
      case "integer", "interval", "national", "nchar", "numeric", "real", "smallint" ->
          typedOrNamed();
      case "time", "timestamp", "varchar" -> typedOrNamed();
      case "row" -> cursor.nextIs('(') ? constructors.row() : named();
      case "exists" -> cursor.nextIs('(') ? constructors.exists() : named();
      default -> cursor.nextIs('(') ? grammar.specials().function() : named();
    };
  }

  private Expr functionWord() {
    if (cursor.at("collation", "for")) {
      return grammar.specials().collationFor();
    }
    if (cursor.at("current_schema") && !cursor.nextIs('(')) {
      return grammar.specials().value();
    }
    return named();
  }

  private Expr reserved(String word) {
    return switch (word) {
      case "null" -> constant(Constant.Kind.NULL);
      case "true" -> constant(Constant.Kind.TRUE);
      case "false" -> constant(Constant.Kind.FALSE);
      case "default" -> constant(Constant.Kind.DEFAULT);
      case "case" -> constructors.caseExpression();
      case "cast" -> constructors.cast();
      case "array" -> constructors.array();
      case "current_catalog",
          "current_date",
          "current_role",
          "current_time",
          "current_timestamp",
          "current_user",
          "localtime",
          "localtimestamp",
          "session_user",
          "user" ->
          grammar.specials().value();
      default -> throw cursor.unexpected();
    };
  }

  private Expr constant(Constant.Kind kind) {
    Span span = cursor.span();
    cursor.advance();
    return new Constant(span, kind);
  }

  private Expr typedOrNamed() {
    boolean typed =
        Token.isString(cursor.kind(1))
            || cursor.nextIs('(')
            || switch (cursor.word(1)) {
              case "varying" -> true;
              case "character", "char" -> cursor.at("national");
              case "with", "without" -> cursor.word(2).equals("time");
              default -> false;
            };
    return typed ? typedLiteral() : named();
  }

  /** {@code type 'literal'}, for a type whose spelling is the standard's. */
  private Expr typedLiteral() {
    int start = cursor.start();
    boolean interval = cursor.at("interval");
    TypeName type = grammar.types().withoutBounds();
    Literal literal = stringLiteral();
    if (interval && type.modifiers().isEmpty()) {
      List<Expr> precision = new ArrayList<>();
      int fieldsStart = cursor.start();
      String fields = grammar.types().intervalFields(precision);
      Span span = fields.isEmpty() ? type.span() : cursor.since(fieldsStart);
      type = new TypeName(span, type.name(), true, precision, fields, 0, false, false);
    }
    return new Cast(cursor.since(start), Cast.Form.PREFIX, literal, type);
  }

  private Literal stringLiteral() {
    if (!Token.isString(cursor.kind())) {
      throw cursor.unexpected();
    }
    return literal();
  }

  /** A column, a function call, or a literal behind the name of its type. */
  private Expr named() {
    int start = cursor.start();
    boolean callOnly = !grammar.names().atColumnName();
    boolean columnOnly =
        cursor.at(Token.WORD) && !callOnly && !cursor.keyword().isTypeOrFunctionName();
    List<Name> parts = new ArrayList<>();
    parts.add(grammar.names().label());
    boolean star = false;
    while (!star && cursor.at('.')) {
      cursor.advance();
      star = cursor.accept('*');
      if (!star) {
        parts.add(grammar.names().label());
      }
    }
    Span span = cursor.since(start);
    if (star) {
      return new ColumnRef(span, parts, true);
    }
    boolean function = !columnOnly || parts.size() > 1;
    if (function && cursor.at('(')) {
      return grammar.calls().call(new QualifiedName(span, parts));
    }
    if (function && Token.isString(cursor.kind())) {
      TypeName type = TypeName.plain(new QualifiedName(span, parts));
      Literal literal = literal();
      return new Cast(cursor.since(start), Cast.Form.PREFIX, literal, type);
    }
    if (callOnly) {
      throw cursor.unexpected();
    }
    return new ColumnRef(span, parts, false);
  }
}
