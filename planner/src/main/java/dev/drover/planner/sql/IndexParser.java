package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/**
 * Reads the keys of indexes, and CREATE INDEX.
 *
 * <p>Source: PostgreSQL 18 manual, CREATE INDEX.
 */
final class IndexParser {
  private final Grammar grammar;
  private final Cursor cursor;

  IndexParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  /** A column or expression with collation, operator class, direction and nulls order. */
  IndexElement element() {
    int start = cursor.start();
    IndexElement key = key(start);
    options();
    return new IndexElement(cursor.since(start), key.column(), key.expression(), Optional.empty());
  }

  /** An element of EXCLUDE, with its operator. */
  IndexElement exclusion() {
    int start = cursor.start();
    IndexElement key = key(start);
    options();
    cursor.expect("with");
    OperatorName operator =
        grammar.expressions().atSymbol() || cursor.at("operator")
            ? grammar.expressions().operator()
            : grammar.expressions().qualifiedSymbol();
    return new IndexElement(
        cursor.since(start), key.column(), key.expression(), Optional.of(operator));
  }

  private IndexElement key(int start) {
    if (cursor.at('(')) {
      cursor.expect('(');
      Expr expression = grammar.expressions().expression();
      cursor.expect(')');
      return new IndexElement(
          cursor.since(start), Optional.empty(), Optional.of(expression), Optional.empty());
    }
    boolean column = grammar.names().atColumnName() && !cursor.nextIs('(') && !cursor.nextIs('.');
    if (column) {
      return new IndexElement(
          cursor.since(start),
          Optional.of(grammar.names().name()),
          Optional.empty(),
          Optional.empty());
    }
    Expr call = grammar.primaries().primary();
    return new IndexElement(
        cursor.since(start), Optional.empty(), Optional.of(call), Optional.empty());
  }

  private void options() {
    if (cursor.accept("collate")) {
      grammar.names().anyQualifiedName();
    }
    if (grammar.names().atColumnName() && !cursor.at("nulls")) {
      grammar.names().anyQualifiedName();
      if (cursor.at('(')) {
        grammar.options().inParentheses();
      }
    }
    if (!cursor.accept("asc")) {
      cursor.accept("desc");
    }
    if (cursor.accept("nulls") && !cursor.accept("first")) {
      cursor.expect("last");
    }
  }

  /** CREATE INDEX, behind CREATE. */
  Definition.CreateIndex create(int start) {
    boolean unique = cursor.accept("unique");
    cursor.expect("index");
    boolean concurrently = cursor.accept("concurrently");
    boolean ifNotExists = grammar.options().ifNotExists();
    Optional<Name> name = cursor.at("on") ? Optional.empty() : Optional.of(grammar.names().name());
    cursor.expect("on");
    FromItem.TableRef table = grammar.froms().relation();
    Optional<Name> method = grammar.names().nameAfter("using");
    List<IndexElement> elements = cursor.parenthesized(this::element);
    List<Name> include =
        cursor.accept("include") ? grammar.names().namesInParentheses() : List.of();
    if (cursor.accept("nulls")) {
      cursor.accept("not");
      cursor.expect("distinct");
    }
    if (cursor.accept("with")) {
      grammar.options().inParentheses();
    }
    grammar.names().nameAfter("tablespace");
    Optional<Expr> where = grammar.queries().after("where");
    return new Definition.CreateIndex(
        cursor.since(start),
        unique,
        concurrently,
        ifNotExists,
        name,
        table,
        method,
        elements,
        include,
        where);
  }
}
