package dev.drover.planner.sql;

import dev.drover.planner.sql.QueryBody.Nested;
import dev.drover.planner.sql.QueryBody.SelectBlock;
import dev.drover.planner.sql.QueryBody.SetOperation;
import dev.drover.planner.sql.QueryBody.TableBody;
import dev.drover.planner.sql.QueryBody.ValuesBody;
import dev.drover.planner.sql.QueryPart.SortItem;
import dev.drover.planner.sql.QueryPart.Target;
import java.util.List;
import java.util.Optional;

/**
 * Reads queries.
 *
 * <p>Source: PostgreSQL 18 manual, SELECT and VALUES, chapter 7 "Queries".
 */
final class QueryParser {
  private static final int UNION = 1;
  private static final int INTERSECT = 2;

  private final Grammar grammar;
  private final Cursor cursor;
  private final QueryTailParser tails;

  QueryParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.tails = new QueryTailParser(grammar);
  }

  private Expr expression() {
    return grammar.expressions().expression();
  }

  /** Whether a query, perhaps in parentheses, begins here. */
  boolean atQuery() {
    int ahead = 0;
    while (cursor.kind(ahead) == '(') {
      ahead++;
    }
    return switch (cursor.word(ahead)) {
      case "select", "values", "table", "with" -> true;
      default -> false;
    };
  }

  /** A query with WITH and all clauses. */
  Query query() {
    int start = cursor.start();
    Optional<QueryPart.With> with =
        cursor.at("with") ? Optional.of(grammar.dml().with()) : Optional.empty();
    return query(start, with);
  }

  /** A query behind its WITH. */
  Query query(int start, Optional<QueryPart.With> with) {
    cursor.enter();
    QueryBody body = operation(operand(), UNION);
    Query query = tails.clauses(start, with, body);
    cursor.leave();
    return with.isEmpty() && isBare(query) && body instanceof Nested(var span, var inner)
        ? inner.within(span)
        : query;
  }

  private static boolean isBare(Query query) {
    return query.orderBy().isEmpty()
        && query.limit().isEmpty()
        && query.offset().isEmpty()
        && query.locking().isEmpty();
  }

  /** Whether what follows a query in parentheses makes it part of a larger query. */
  boolean atContinuation() {
    return switch (cursor.word()) {
      case "union", "intersect", "except" -> true;
      case "order", "limit", "offset", "fetch", "for" -> true;
      default -> false;
    };
  }

  /** The query whose first operand has been read. */
  Query continued(QueryBody first) {
    return tails.clauses(first.span().start(), Optional.empty(), operation(first, UNION));
  }

  private QueryBody operation(QueryBody first, int level) {
    QueryBody left = first;
    int chain = 0;
    while (operationLevel() >= level) {
      if (++chain > Cursor.MAX_CHAIN) {
        throw cursor.tooDeep();
      }
      int own = operationLevel();
      SetOperation.Kind kind =
          switch (cursor.word()) {
            case "union" -> SetOperation.Kind.UNION;
            case "except" -> SetOperation.Kind.EXCEPT;
            default -> SetOperation.Kind.INTERSECT;
          };
      cursor.advance();
      boolean all = cursor.accept("all");
      if (!all) {
        cursor.accept("distinct");
      }
      QueryBody right = operation(operand(), own + 1);
      left = new SetOperation(cursor.since(left.span().start()), kind, all, left, right);
    }
    return left;
  }

  private int operationLevel() {
    return switch (cursor.word()) {
      case "union", "except" -> UNION;
      case "intersect" -> INTERSECT;
      default -> 0;
    };
  }

  private QueryBody operand() {
    int start = cursor.start();
    if (cursor.accept('(')) {
      Query query = query();
      cursor.expect(')');
      return new Nested(cursor.since(start), query);
    }
    return switch (cursor.word()) {
      case "select" -> block();
      case "values" -> values();
      case "table" -> {
        cursor.advance();
        FromItem.TableRef table = grammar.froms().relation();
        yield new TableBody(cursor.since(start), table);
      }
      default -> throw cursor.unexpected();
    };
  }

  private QueryBody values() {
    int start = cursor.start();
    cursor.expect("values");
    List<Expr.RowExpr> rows =
        cursor.list(
            () -> {
              int row = cursor.start();
              List<Expr> elements = cursor.parenthesized(this::expression);
              return new Expr.RowExpr(cursor.since(row), false, elements);
            });
    return new ValuesBody(cursor.since(start), rows);
  }

  private QueryBody block() {
    int start = cursor.start();
    cursor.enter();
    cursor.expect("select");
    boolean distinct = cursor.accept("distinct");
    if (!distinct) {
      cursor.accept("all");
    }
    List<Expr> distinctOn =
        distinct && cursor.accept("on") ? cursor.parenthesized(this::expression) : List.of();
    distinctOn.forEach(cursor::markPosition);
    List<Target> targets = distinct || atTargets() ? targets() : List.of();
    Optional<IntoClause> into = cursor.at("into") ? Optional.of(into()) : Optional.empty();
    List<FromItem> from = cursor.accept("from") ? cursor.list(grammar.froms()::item) : List.of();
    Optional<Expr> where = after("where");
    boolean grouped = cursor.accept("group");
    if (grouped) {
      cursor.expect("by");
    }
    boolean groupByDistinct = grouped && cursor.accept("distinct");
    if (grouped && !groupByDistinct) {
      cursor.accept("all");
    }
    List<Expr> groupBy = grouped ? cursor.list(this::groupingElement) : List.of();
    Optional<Expr> having = after("having");
    List<QueryPart.Window> windows =
        cursor.accept("window") ? cursor.list(this::window) : List.of();
    cursor.leave();
    return new SelectBlock(
        cursor.since(start),
        distinct,
        distinctOn,
        targets,
        into,
        from,
        where,
        groupByDistinct,
        groupBy,
        having,
        windows);
  }

  private boolean atTargets() {
    return switch (cursor.kind()) {
      case Token.END, ')', ';' -> false;
      case Token.WORD ->
          switch (cursor.word()) {
            case "into", "from", "where", "group", "having", "window" -> false;
            case "union", "intersect", "except" -> false;
            case "order", "limit", "offset", "fetch", "for" -> false;
            default -> true;
          };
      default -> true;
    };
  }

  /** The expression behind a key word, if it is there. */
  Optional<Expr> after(String keyword) {
    return cursor.accept(keyword) ? Optional.of(expression()) : Optional.empty();
  }

  /** A select list. */
  List<Target> targets() {
    return cursor.list(this::target);
  }

  private Target target() {
    int start = cursor.start();
    if (cursor.accept('*')) {
      Span span = cursor.since(start);
      return new Target(span, new Expr.ColumnRef(span, List.of(), true), Optional.empty());
    }
    Expr value = expression();
    Optional<Name> alias = Optional.empty();
    if (cursor.accept("as") || grammar.names().atBareLabel()) {
      alias = Optional.of(grammar.names().label());
    }
    return new Target(cursor.since(start), value, alias);
  }

  private IntoClause into() {
    int start = cursor.start();
    cursor.expect("into");
    Persistence persistence = persistence();
    cursor.accept("table");
    QualifiedName name = grammar.names().qualifiedName();
    Optional<Distribution> distribution = grammar.distributions().optional();
    return new IntoClause(cursor.since(start), persistence, name, distribution);
  }

  /** TEMPORARY, UNLOGGED and their spellings, if one is there. */
  Persistence persistence() {
    if (cursor.atAny("local", "global")
        && (cursor.word(1).equals("temp") || cursor.word(1).equals("temporary"))) {
      cursor.advance();
    }
    if (cursor.accept("temporary") || cursor.accept("temp")) {
      return Persistence.TEMPORARY;
    }
    return cursor.accept("unlogged") ? Persistence.UNLOGGED : Persistence.PERMANENT;
  }

  private Expr groupingElement() {
    int start = cursor.start();
    if (cursor.at('(') && cursor.nextIs(')')) {
      cursor.advance();
      cursor.advance();
      return new Expr.RowExpr(cursor.since(start), false, List.of());
    }
    boolean sets = cursor.at("grouping", "sets");
    if (!sets && !(cursor.atAny("rollup", "cube") && cursor.nextIs('('))) {
      return position();
    }
    String keyword = sets ? "GROUPING SETS" : cursor.at("cube") ? "CUBE" : "ROLLUP";
    cursor.advance();
    if (sets) {
      cursor.advance();
    }
    cursor.enter();
    List<Expr> elements = cursor.parenthesized(sets ? this::groupingElement : this::position);
    cursor.leave();
    return new Expr.Special(cursor.since(start), keyword, List.copyOf(elements));
  }

  private Expr position() {
    Expr key = expression();
    cursor.markPosition(key);
    return key;
  }

  private QueryPart.Window window() {
    int start = cursor.start();
    Name name = grammar.names().name();
    cursor.expect("as");
    return grammar.calls().window(start, Optional.of(name));
  }

  /** One key of an ORDER BY. */
  SortItem sortItem() {
    return tails.sortItem();
  }

  /** ORDER BY, if it is there. */
  List<SortItem> optionalOrderBy() {
    return tails.optionalOrderBy();
  }
}
