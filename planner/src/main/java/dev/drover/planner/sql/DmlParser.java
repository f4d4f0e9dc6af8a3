package dev.drover.planner.sql;

import dev.drover.planner.sql.FromItem.TableRef;
import dev.drover.planner.sql.QueryPart.CommonTable;
import dev.drover.planner.sql.QueryPart.With;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads WITH, INSERT, UPDATE and DELETE.
 *
 * <p>Source: PostgreSQL 18 manual, the pages of these commands and section 7.8.
 */
final class DmlParser {
  private final Grammar grammar;
  private final Cursor cursor;
  private final MergeParser merges;

  DmlParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.merges = new MergeParser(grammar, this);
  }

  private Expr expression() {
    return grammar.expressions().expression();
  }

  /** Whether SELECT, INSERT, UPDATE, DELETE, MERGE or a relative begins here. */
  boolean atStatement() {
    return switch (cursor.word()) {
      case "insert", "update", "delete", "merge" -> true;
      default -> grammar.queries().atQuery();
    };
  }

  /** A query or a data-modifying statement, with its WITH. */
  Statement statement() {
    int start = cursor.start();
    Optional<With> with = cursor.at("with") ? Optional.of(with()) : Optional.empty();
    return switch (cursor.word()) {
      case "insert" -> insert(start, with);
      case "update" -> update(start, with);
      case "delete" -> delete(start, with);
      case "merge" -> merges.merge(start, with);
      default -> select(grammar.queries().query(start, with));
    };
  }

  private static Statement select(Query query) {
    Optional<IntoClause> into = into(query.body());
    return into.isPresent()
        ? new Statement.SelectInto(query.span(), into.orElseThrow(), query)
        : new Statement.Select(query.span(), query);
  }

  /** INTO belongs to the first block. */
  private static Optional<IntoClause> into(QueryBody body) {
    QueryBody first = body;
    while (first instanceof QueryBody.SetOperation operation) {
      first = operation.left();
    }
    return first instanceof QueryBody.SelectBlock block ? block.into() : Optional.empty();
  }

  /** WITH and its common table expressions. */
  With with() {
    int start = cursor.start();
    cursor.expect("with");
    boolean recursive = cursor.accept("recursive");
    List<CommonTable> tables = cursor.list(this::commonTable);
    return new With(cursor.since(start), recursive, tables);
  }

  private CommonTable commonTable() {
    int start = cursor.start();
    Name name = grammar.names().name();
    List<Name> columns = grammar.names().optionalNames();
    cursor.expect("as");
    CommonTable.Materialized materialized = CommonTable.Materialized.DEFAULT;
    if (cursor.accept("materialized")) {
      materialized = CommonTable.Materialized.MATERIALIZED;
    } else if (cursor.accept("not", "materialized")) {
      materialized = CommonTable.Materialized.NOT_MATERIALIZED;
    }
    cursor.expect('(');
    cursor.enter();
    Statement statement = statement();
    cursor.leave();
    cursor.expect(')');
    boolean search = search();
    boolean cycle = cycle();
    return new CommonTable(
        cursor.since(start), name, columns, materialized, statement, search || cycle);
  }

  private boolean search() {
    if (!cursor.accept("search")) {
      return false;
    }
    if (!cursor.accept("depth")) {
      cursor.expect("breadth");
    }
    cursor.expect("first", "by");
    cursor.list(grammar.names()::name);
    cursor.expect("set");
    grammar.names().name();
    return true;
  }

  private boolean cycle() {
    if (!cursor.accept("cycle")) {
      return false;
    }
    cursor.list(grammar.names()::name);
    cursor.expect("set");
    grammar.names().name();
    if (cursor.accept("to")) {
      expression();
      cursor.expect("default");
      expression();
    }
    cursor.expect("using");
    grammar.names().name();
    return true;
  }

  private Insert insert(int start, Optional<With> with) {
    cursor.expect("insert", "into");
    int targetStart = cursor.start();
    QualifiedName name = grammar.names().qualifiedName();
    Optional<Alias> alias = cursor.at("as") ? Optional.of(plainAlias()) : Optional.empty();
    TableRef target =
        new TableRef(cursor.since(targetStart), name.span(), name, false, alias, Optional.empty());
    List<AssignmentTarget> columns = atColumns() ? columns() : List.of();
    Insert.Overriding overriding = overriding();
    Optional<Query> source =
        cursor.accept("default", "values")
            ? Optional.empty()
            : Optional.of(grammar.queries().query());
    Optional<Insert.OnConflict> onConflict =
        cursor.at("on") ? Optional.of(onConflict()) : Optional.empty();
    Optional<Returning> returning = returning();
    Span span = cursor.since(start);
    return new Insert(span, with, target, columns, overriding, source, onConflict, returning);
  }

  private boolean atColumns() {
    return cursor.at('(') && !grammar.queries().atQuery();
  }

  /** Columns in parentheses. */
  List<AssignmentTarget> columns() {
    return cursor.parenthesized(this::target);
  }

  /** OVERRIDING, if it is there. */
  Insert.Overriding overriding() {
    if (!cursor.accept("overriding")) {
      return Insert.Overriding.NONE;
    }
    boolean user = cursor.accept("user");
    if (!user) {
      cursor.expect("system");
    }
    cursor.expect("value");
    return user ? Insert.Overriding.USER_VALUE : Insert.Overriding.SYSTEM_VALUE;
  }

  private Insert.OnConflict onConflict() {
    int start = cursor.start();
    cursor.expect("on", "conflict");
    List<IndexElement> elements = List.of();
    Optional<Expr> predicate = Optional.empty();
    Optional<Name> constraint = Optional.empty();
    if (cursor.accept("on", "constraint")) {
      constraint = Optional.of(grammar.names().name());
    } else if (cursor.at('(')) {
      elements = cursor.parenthesized(grammar.indexes()::element);
      predicate = grammar.queries().after("where");
    }
    cursor.expect("do");
    boolean nothing = cursor.accept("nothing");
    if (!nothing) {
      cursor.expect("update", "set");
    }
    List<Assignment> assignments = nothing ? List.of() : assignments();
    Optional<Expr> where = nothing ? Optional.empty() : grammar.queries().after("where");
    return new Insert.OnConflict(
        cursor.since(start), elements, predicate, constraint, nothing, assignments, where);
  }

  private Update update(int start, Optional<With> with) {
    cursor.expect("update");
    TableRef target = aliased();
    cursor.expect("set");
    List<Assignment> assignments = assignments();
    List<FromItem> from = cursor.accept("from") ? cursor.list(grammar.froms()::item) : List.of();
    Optional<Expr> where = where();
    Optional<Returning> returning = returning();
    return new Update(cursor.since(start), with, target, assignments, from, where, returning);
  }

  private Delete delete(int start, Optional<With> with) {
    cursor.expect("delete", "from");
    TableRef target = aliased();
    List<FromItem> using = cursor.accept("using") ? cursor.list(grammar.froms()::item) : List.of();
    Optional<Expr> where = where();
    Optional<Returning> returning = returning();
    return new Delete(cursor.since(start), with, target, using, where, returning);
  }

  /** The target of UPDATE, DELETE or MERGE: SET is no alias there. */
  TableRef aliased() {
    int start = cursor.start();
    TableRef relation = grammar.froms().relation();
    Optional<Alias> alias = Optional.empty();
    if (cursor.at("as") || (grammar.names().atColumnName() && !cursor.at("set"))) {
      alias = Optional.of(plainAlias());
    }
    return new TableRef(
        cursor.since(start),
        relation.span(),
        relation.name(),
        relation.only(),
        alias,
        Optional.empty());
  }

  /** A name without columns. */
  private Alias plainAlias() {
    int start = cursor.start();
    cursor.accept("as");
    Optional<Name> name = Optional.of(grammar.names().name());
    return new Alias(cursor.since(start), name, List.of(), List.of());
  }

  private Optional<Expr> where() {
    if (!cursor.at("where") || !(cursor.word(1).equals("current") && isOf(2))) {
      return grammar.queries().after("where");
    }
    cursor.advance();
    int start = cursor.start();
    cursor.expect("current", "of");
    if (cursor.at(Token.PARAM)) {
      return Optional.of(
          new Expr.Special(
              cursor.since(start), "CURRENT OF", List.of(grammar.primaries().primary())));
    }
    QualifiedName cursorName = QualifiedName.of(grammar.names().name());
    return Optional.of(new Expr.Special(cursor.since(start), "CURRENT OF", List.of(cursorName)));
  }

  private boolean isOf(int ahead) {
    return cursor.word(ahead).equals("of");
  }

  /** RETURNING, if it is there. */
  Optional<Returning> returning() {
    if (!cursor.at("returning")) {
      return Optional.empty();
    }
    int start = cursor.start();
    cursor.advance();
    if (cursor.at("with") && cursor.nextIs('(')) {
      cursor.advance();
      cursor.parenthesized(this::rowAlias);
    }
    List<QueryPart.Target> targets = grammar.queries().targets();
    return Optional.of(new Returning(cursor.since(start), targets));
  }

  private Name rowAlias() {
    if (!cursor.accept("old")) {
      cursor.expect("new");
    }
    cursor.expect("as");
    return grammar.names().name();
  }

  /** The list behind SET. */
  List<Assignment> assignments() {
    return cursor.list(this::assignment);
  }

  private Assignment assignment() {
    int start = cursor.start();
    boolean row = cursor.at('(');
    List<AssignmentTarget> targets = row ? columns() : List.of(target());
    cursor.expect('=');
    Expr value = expression();
    return new Assignment(cursor.since(start), targets, row, value);
  }

  private AssignmentTarget target() {
    int start = cursor.start();
    Name column = grammar.names().name();
    boolean indirection = false;
    List<Expr> subscripts = new ArrayList<>();
    while (cursor.at('.') || cursor.at('[')) {
      indirection = true;
      if (cursor.accept('.')) {
        grammar.names().label();
      } else {
        cursor.advance();
        subscript(subscripts);
      }
    }
    return new AssignmentTarget(cursor.since(start), column, indirection, subscripts);
  }

  private void subscript(List<Expr> subscripts) {
    switch (grammar.primaries().subscript()) {
      case Expr.Access.Element(var index) -> subscripts.add(index);
      case Expr.Access.Slice(var lower, var upper) -> {
        lower.ifPresent(subscripts::add);
        upper.ifPresent(subscripts::add);
      }
      case Expr.Access.Field _, Expr.Access.AllFields _ -> throw cursor.unexpected();
    }
  }
}
