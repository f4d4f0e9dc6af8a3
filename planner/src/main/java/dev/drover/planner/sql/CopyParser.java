package dev.drover.planner.sql;

import dev.drover.pgwire.SqlState;
import dev.drover.planner.sql.GenericOption.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads COPY, in its present and in its older syntax.
 *
 * <p>Source: PostgreSQL 18 manual, COPY.
 */
final class CopyParser {
  private final Grammar grammar;
  private final Cursor cursor;

  CopyParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  Statement copy() {
    int start = cursor.start();
    cursor.expect("copy");
    List<GenericOption> options = new ArrayList<>();
    if (cursor.at("binary")) {
      options.add(format("binary"));
    }
    Optional<FromItem.TableRef> table = Optional.empty();
    Optional<Statement> query = Optional.empty();
    List<Name> columns = List.of();
    if (cursor.accept('(')) {
      query = Optional.of(query());
      cursor.expect(')');
    } else {
      QualifiedName name = grammar.names().qualifiedName();
      table = Optional.of(FromItem.TableRef.of(name));
      columns = grammar.names().optionalNames();
    }
    boolean from = table.isPresent() && cursor.accept("from");
    if (!from) {
      cursor.expect("to");
    }
    CopyEndpoint endpoint = endpoint();
    if (cursor.at("using")) {
      cursor.advance();
      options.add(delimiter());
    }
    options.addAll(options());
    if (!from && cursor.at("where")) {
      throw cursor.error(SqlState.SYNTAX_ERROR, "WHERE clause not allowed with COPY TO");
    }
    Optional<Expr> where = from ? grammar.queries().after("where") : Optional.empty();
    return new Statement.Copy(
        cursor.since(start), table, columns, query, from, endpoint, options, where);
  }

  private Statement query() {
    if (!grammar.dml().atStatement()) {
      throw cursor.unexpected();
    }
    return grammar.dml().statement();
  }

  private CopyEndpoint endpoint() {
    Span span = cursor.span();
    if (cursor.accept("stdin")) {
      return new CopyEndpoint(span, CopyEndpoint.Kind.STDIN);
    }
    if (cursor.accept("stdout")) {
      return new CopyEndpoint(span, CopyEndpoint.Kind.STDOUT);
    }
    CopyEndpoint.Kind kind =
        cursor.accept("program") ? CopyEndpoint.Kind.PROGRAM : CopyEndpoint.Kind.FILE;
    Span literal = cursor.span();
    cursor.readString();
    return new CopyEndpoint(literal, kind);
  }

  private List<GenericOption> options() {
    cursor.accept("with");
    if (cursor.at('(')) {
      return grammar.options().inParentheses();
    }
    List<GenericOption> options = new ArrayList<>();
    Optional<GenericOption> next = oldOption();
    while (next.isPresent()) {
      options.add(next.orElseThrow());
      next = oldOption();
    }
    return options;
  }

  private Optional<GenericOption> oldOption() {
    int start = cursor.start();
    String word = cursor.word();
    return switch (word) {
      case "binary", "csv" -> Optional.of(format(word));
      case "freeze", "header" -> Optional.of(grammar.options().bare(word));
      case "delimiter", "delimiters" -> Optional.of(delimiter());
      case "null", "quote", "escape" -> {
        cursor.advance();
        cursor.accept("as");
        yield Optional.of(literal(start, word));
      }
      case "encoding" -> {
        cursor.advance();
        yield Optional.of(literal(start, word));
      }
      case "force" -> Optional.of(force());
      default -> Optional.empty();
    };
  }

  private GenericOption format(String format) {
    Span span = cursor.span();
    cursor.advance();
    return new GenericOption(span, "format", List.of(new Value(span, format, false)));
  }

  private GenericOption delimiter() {
    int start = cursor.start();
    cursor.advance();
    cursor.accept("as");
    return literal(start, "delimiter");
  }

  private GenericOption literal(int start, String name) {
    Span span = cursor.span();
    Value value = new Value(span, cursor.readString(), true);
    return new GenericOption(cursor.since(start), name, List.of(value));
  }

  private GenericOption force() {
    int start = cursor.start();
    cursor.expect("force");
    boolean not = cursor.accept("not");
    boolean isNull = cursor.at("null");
    if (!isNull && not) {
      throw cursor.unexpected();
    }
    if (!isNull && !cursor.at("quote")) {
      throw cursor.unexpected();
    }
    cursor.advance();
    String name = not ? "force_not_null" : isNull ? "force_null" : "force_quote";
    List<Value> values =
        cursor.at('*')
            ? List.of(grammar.options().value())
            : cursor.list(grammar.names()::name).stream()
                .map(n -> new Value(n.span(), n.text(), false))
                .toList();
    return new GenericOption(cursor.since(start), name, values);
  }
}
