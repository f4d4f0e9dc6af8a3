package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/**
 * Reads ALTER COLUMN of ALTER TABLE.
 *
 * <p>Source: PostgreSQL 18 manual, ALTER TABLE.
 */
final class AlterColumnParser {
  private final Grammar grammar;
  private final Cursor cursor;

  AlterColumnParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  /** Behind ALTER. */
  AlterAction alter(int start) {
    cursor.accept("column");
    Name column = column();
    return switch (cursor.word()) {
      case "type" -> type(start, column);
      case "set" -> set(start, column);
      case "drop" -> drop(start, column);
      case "add" -> {
        cursor.advance();
        Optional<Constraint.Rule> identity =
            Optional.of(grammar.constraints().generated(cursor.start()));
        yield new AlterAction.AlterIdentity(cursor.since(start), column, identity, false);
      }
      case "reset" -> {
        cursor.advance();
        grammar.options().inParentheses();
        yield option(start, column);
      }
      default -> {
        cursor.expect("restart");
        if (cursor.accept("with") || Token.isLiteral(cursor.kind()) || cursor.at('-')) {
          grammar.options().value();
        }
        yield identity(start, column);
      }
    };
  }

  /** A name, or the number of a column of an index. */
  private Name column() {
    if (!Token.isLiteral(cursor.kind())) {
      return grammar.names().name();
    }
    Span span = cursor.span();
    cursor.markLiteralRead();
    cursor.advance();
    return new Name(span, span.of(cursor.text()), false);
  }

  private AlterAction option(int start, Name column) {
    Span span = cursor.since(start);
    String what = new Span(column.span().end(), span.end()).of(cursor.text()).strip();
    return new AlterAction.ColumnOption(span, column, what);
  }

  private AlterAction identity(int start, Name column) {
    while (cursor.atAny("set", "restart")) {
      cursor.advance();
      if (cursor.accept("generated")) {
        always();
      } else if (grammar.options().sequence().isEmpty() && Token.isLiteral(cursor.kind())) {
        grammar.options().value();
      }
    }
    return new AlterAction.AlterIdentity(cursor.since(start), column, Optional.empty(), false);
  }

  private void always() {
    if (!cursor.accept("always")) {
      cursor.expect("by", "default");
    }
  }

  private AlterAction type(int start, Name column) {
    cursor.expect("type");
    TypeName type = grammar.types().type();
    if (cursor.accept("collate")) {
      grammar.names().anyQualifiedName();
    }
    Optional<Expr> using = grammar.queries().after("using");
    return new AlterAction.AlterColumnType(cursor.since(start), column, type, using);
  }

  private AlterAction set(int start, Name column) {
    cursor.expect("set");
    return switch (cursor.word()) {
      case "data" -> {
        cursor.advance();
        yield type(start, column);
      }
      case "default" -> {
        Optional<Expr> value = grammar.queries().after("default");
        yield new AlterAction.SetDefault(cursor.since(start), column, value);
      }
      case "not" -> {
        cursor.expect("not", "null");
        yield new AlterAction.SetNotNull(cursor.since(start), column, true);
      }
      case "generated" -> {
        cursor.advance();
        always();
        yield identity(start, column);
      }
      case "expression" -> {
        cursor.advance();
        cursor.expect("as");
        grammar.primaries().parenthesized();
        yield option(start, column);
      }
      case "statistics" -> {
        cursor.advance();
        grammar.options().value();
        yield option(start, column);
      }
      case "storage", "compression" -> {
        cursor.advance();
        grammar.names().label();
        yield option(start, column);
      }
      default -> options(start, column);
    };
  }

  private AlterAction options(int start, Name column) {
    if (cursor.at('(')) {
      grammar.options().inParentheses();
      return option(start, column);
    }
    List<GenericOption> changes = grammar.options().sequence();
    if (changes.isEmpty()) {
      throw cursor.unexpected();
    }
    return identity(start, column);
  }

  private AlterAction drop(int start, Name column) {
    cursor.expect("drop");
    if (cursor.accept("default")) {
      return new AlterAction.SetDefault(cursor.since(start), column, Optional.empty());
    }
    if (cursor.accept("not", "null")) {
      return new AlterAction.SetNotNull(cursor.since(start), column, false);
    }
    if (cursor.accept("expression")) {
      grammar.options().ifExists();
      return option(start, column);
    }
    cursor.expect("identity");
    grammar.options().ifExists();
    return new AlterAction.AlterIdentity(cursor.since(start), column, Optional.empty(), true);
  }
}
