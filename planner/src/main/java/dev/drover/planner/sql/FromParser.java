package dev.drover.planner.sql;

import dev.drover.planner.sql.FromItem.FunctionItem;
import dev.drover.planner.sql.FromItem.JoinItem;
import dev.drover.planner.sql.FromItem.SubqueryItem;
import dev.drover.planner.sql.FromItem.TableRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the items of FROM.
 *
 * <p>Source: PostgreSQL 18 manual, section 7.2.1 "The FROM Clause" and SELECT.
 */
final class FromParser {
  private final Grammar grammar;
  private final Cursor cursor;

  FromParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  /** An item with its joins. */
  FromItem item() {
    cursor.enter();
    FromItem left = primary();
    int chain = 0;
    while (atJoin()) {
      if (++chain > Cursor.MAX_CHAIN) {
        throw cursor.tooDeep();
      }
      left = join(left);
    }
    cursor.leave();
    return left;
  }

  private boolean atJoin() {
    return switch (cursor.word()) {
      case "join", "cross", "natural", "inner", "left", "right", "full" -> true;
      default -> false;
    };
  }

  private FromItem join(FromItem left) {
    boolean natural = cursor.accept("natural");
    boolean cross = !natural && cursor.accept("cross");
    JoinItem.Kind kind = cross ? JoinItem.Kind.CROSS : joinKind();
    cursor.expect("join");
    FromItem right = primary();
    if (natural || cross) {
      return new JoinItem(
          spanFrom(left),
          kind,
          natural,
          left,
          right,
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Optional.empty());
    }
    cursor.enter();
    while (atJoin()) {
      right = join(right);
    }
    cursor.leave();
    return qualified(left, right, kind);
  }

  private JoinItem qualified(FromItem left, FromItem right, JoinItem.Kind kind) {
    Optional<Expr> on = Optional.empty();
    List<Name> using = List.of();
    Optional<Name> usingAlias = Optional.empty();
    if (cursor.accept("using")) {
      using = grammar.names().namesInParentheses();
      usingAlias = grammar.names().nameAfter("as");
    } else {
      cursor.expect("on");
      on = Optional.of(grammar.expressions().expression());
    }
    return new JoinItem(
        spanFrom(left), kind, false, left, right, on, using, usingAlias, Optional.empty());
  }

  private Span spanFrom(FromItem left) {
    return cursor.since(left.span().start());
  }

  private JoinItem.Kind joinKind() {
    JoinItem.Kind kind =
        switch (cursor.word()) {
          case "left" -> JoinItem.Kind.LEFT;
          case "right" -> JoinItem.Kind.RIGHT;
          case "full" -> JoinItem.Kind.FULL;
          default -> JoinItem.Kind.INNER;
        };
    if (kind == JoinItem.Kind.INNER) {
      cursor.accept("inner");
      return kind;
    }
    cursor.advance();
    cursor.accept("outer");
    return kind;
  }

  private FromItem primary() {
    int start = cursor.start();
    boolean lateral = cursor.accept("lateral");
    if (cursor.at('(')) {
      return parenthesized(start, lateral);
    }
    if (cursor.at("rows") && cursor.word(1).equals("from") && cursor.kind(2) == '(') {
      return rowsFrom(start, lateral);
    }
    if (cursor.atAny("xmltable", "json_table") && cursor.nextIs('(')) {
      return function(start, lateral, grammar.specials().table());
    }
    if (cursor.at("only")) {
      return table();
    }
    return named(start, lateral);
  }

  private FromItem parenthesized(int start, boolean lateral) {
    if (grammar.queries().atQuery()) {
      int before = cursor.index();
      cursor.advance();
      if (grammar.primaries().atQuery()) {
        cursor.moveTo(before);
        return subquery(start, lateral);
      }
      cursor.moveTo(before);
    }
    return nested(start, lateral);
  }

  private FromItem subquery(int start, boolean lateral) {
    int parenthesis = cursor.start();
    cursor.expect('(');
    Query query = grammar.queries().query();
    cursor.expect(')');
    return aliased(start, lateral, query.within(cursor.since(parenthesis)));
  }

  private FromItem aliased(int start, boolean lateral, Query query) {
    Optional<Alias> alias = alias();
    return new SubqueryItem(cursor.since(start), lateral, query, alias);
  }

  /** A parenthesis before another item: a join, or the first operand of a query. */
  private FromItem nested(int start, boolean lateral) {
    int parenthesis = cursor.start();
    cursor.expect('(');
    FromItem inner = item();
    if (inner instanceof SubqueryItem(var span, var innerLateral, var query, var alias)
        && alias.isEmpty()
        && !innerLateral
        && (grammar.queries().atContinuation() || cursor.at(')'))) {
      Query whole =
          cursor.at(')') ? query : grammar.queries().continued(new QueryBody.Nested(span, query));
      cursor.expect(')');
      return aliased(start, lateral, whole.within(cursor.since(parenthesis)));
    }
    cursor.expect(')');
    if (lateral || !(inner instanceof JoinItem join)) {
      throw cursor.unexpected();
    }
    int behind = cursor.lastEnd();
    Optional<Alias> alias = alias();
    return join.within(alias.isPresent() ? cursor.since(start) : new Span(start, behind), alias);
  }

  private FromItem rowsFrom(int start, boolean lateral) {
    cursor.expect("rows", "from");
    cursor.expect('(');
    List<Expr> functions = new ArrayList<>();
    List<Alias> definitions = new ArrayList<>();
    do {
      functions.add(callable());
      if (cursor.at("as") && cursor.nextIs('(')) {
        int as = cursor.start();
        cursor.advance();
        definitions.add(definitions(as, Optional.empty()));
      }
    } while (cursor.accept(','));
    cursor.expect(')');
    boolean ordinality = cursor.accept("with", "ordinality");
    Optional<Alias> alias = alias();
    return new FunctionItem(
        cursor.since(start), lateral, true, functions, definitions, ordinality, alias);
  }

  private Expr callable() {
    Expr call = grammar.primaries().primary();
    return switch (call) {
      case Expr.FunctionCall _, Expr.Special _ -> call;
      case Expr.Cast(_, var form, _, _) when form == Expr.Cast.Form.CAST -> call;
      default -> throw cursor.unexpected();
    };
  }

  private FromItem function(int start, boolean lateral, Expr function) {
    boolean ordinality = cursor.accept("with", "ordinality");
    Optional<Alias> alias = alias();
    return new FunctionItem(
        cursor.since(start), lateral, false, List.of(function), List.of(), ordinality, alias);
  }

  /** A relation, or a function if a parenthesis follows the name. */
  private FromItem named(int start, boolean lateral) {
    if (!grammar.names().atColumnName() || cursor.nextIs('(') || lateral) {
      return function(start, lateral, callable());
    }
    int before = cursor.index();
    QualifiedName name = grammar.names().qualifiedName();
    if (cursor.at('(')) {
      cursor.moveTo(before);
      return function(start, lateral, callable());
    }
    cursor.accept('*');
    return table(start, name, false);
  }

  /** A relation with ONLY, alias and TABLESAMPLE. */
  private TableRef table() {
    int start = cursor.start();
    TableRef relation = relation();
    return table(start, relation.name(), relation.only());
  }

  private TableRef table(int start, QualifiedName name, boolean only) {
    Span relation = cursor.since(start);
    Optional<Alias> alias = alias();
    Optional<QueryPart.TableSample> sample =
        cursor.at("tablesample") ? Optional.of(sample()) : Optional.empty();
    return new TableRef(cursor.since(start), relation, name, only, alias, sample);
  }

  /** A relation by name, with ONLY or {@code *}, without alias. */
  TableRef relation() {
    int start = cursor.start();
    boolean only = cursor.accept("only");
    boolean parenthesis = only && cursor.accept('(');
    QualifiedName name = grammar.names().qualifiedName();
    if (parenthesis) {
      cursor.expect(')');
    } else if (!only) {
      cursor.accept('*');
    }
    Span span = cursor.since(start);
    return new TableRef(span, span, name, only, Optional.empty(), Optional.empty());
  }

  private QueryPart.TableSample sample() {
    int start = cursor.start();
    cursor.expect("tablesample");
    QualifiedName method = grammar.names().anyQualifiedName();
    List<Expr> arguments = cursor.parenthesized(grammar.expressions()::expression);
    Optional<Expr> seed = Optional.empty();
    if (cursor.accept("repeatable")) {
      cursor.expect('(');
      seed = Optional.of(grammar.expressions().expression());
      cursor.expect(')');
    }
    return new QueryPart.TableSample(cursor.since(start), method, arguments, seed);
  }

  /** An alias, if it is there. */
  Optional<Alias> alias() {
    int start = cursor.start();
    boolean as = cursor.accept("as");
    if (as && cursor.at('(')) {
      return Optional.of(definitions(start, Optional.empty()));
    }
    if (!as && !grammar.names().atColumnName()) {
      return Optional.empty();
    }
    Optional<Name> name = Optional.of(grammar.names().name());
    if (!cursor.at('(')) {
      return Optional.of(new Alias(cursor.since(start), name, List.of(), List.of()));
    }
    return Optional.of(definitions(start, name));
  }

  /** Columns' names, or names and types, in parentheses. */
  private Alias definitions(int start, Optional<Name> name) {
    cursor.expect('(');
    List<Name> columns = new ArrayList<>();
    List<TypeName> types = new ArrayList<>();
    do {
      columns.add(grammar.names().name());
      if (!cursor.at(',') && !cursor.at(')')) {
        types.add(grammar.types().type());
        if (cursor.accept("collate")) {
          grammar.names().anyQualifiedName();
        }
      }
    } while (cursor.accept(','));
    cursor.expect(')');
    if (!types.isEmpty() && types.size() != columns.size()) {
      throw cursor.unexpected();
    }
    return new Alias(cursor.since(start), name, columns, types);
  }
}
