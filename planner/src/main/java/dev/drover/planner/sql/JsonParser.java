package dev.drover.planner.sql;

import dev.drover.planner.sql.Expr.Special;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads SQL/JSON's functions of PostgreSQL 16 and later.
 *
 * <p>The clauses inside the parentheses are taken in any order; the server judges them.
 *
 * <p>Source: PostgreSQL 18 manual, section 9.16 "JSON Functions and Operators".
 */
final class JsonParser {
  private final Grammar grammar;
  private final Cursor cursor;

  JsonParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  boolean isFunction(String word) {
    return switch (word) {
      case "json",
          "json_array",
          "json_arrayagg",
          "json_exists",
          "json_object",
          "json_objectagg",
          "json_query",
          "json_scalar",
          "json_serialize",
          "json_value" ->
          true;
      default -> false;
    };
  }

  /** A function, or an aggregate with FILTER and OVER. */
  Expr function() {
    int start = cursor.start();
    String keyword = cursor.word().toUpperCase(Locale.ROOT);
    cursor.advance();
    cursor.expect('(');
    List<Node> children = new ArrayList<>();
    cursor.enter();
    inside(children);
    cursor.leave();
    cursor.expect(')');
    grammar.calls().filter().ifPresent(children::add);
    grammar.calls().over().ifPresent(children::add);
    return new Special(cursor.since(start), keyword, children);
  }

  /** JSON_TABLE, of FROM. */
  Expr table() {
    int start = cursor.start();
    cursor.expect("json_table");
    cursor.expect('(');
    List<Node> children = new ArrayList<>();
    cursor.enter();
    inside(children);
    cursor.leave();
    cursor.expect(')');
    return new Special(cursor.since(start), "JSON_TABLE", children);
  }

  private void inside(List<Node> children) {
    clauses(children);
    while (!cursor.at(')')) {
      if (grammar.primaries().atQuery()) {
        children.add(grammar.queries().query());
      } else {
        children.add(item());
      }
      clauses(children);
      if (!cursor.accept(',') && !cursor.accept(':') && !cursor.accept("value")) {
        return;
      }
    }
  }

  private Expr item() {
    cursor.accept("key");
    return grammar.calls().argument().value();
  }

  private void clauses(List<Node> children) {
    boolean found = true;
    while (found) {
      found = clause(children);
    }
  }

  private boolean clause(List<Node> children) {
    String word = cursor.word();
    switch (word) {
      case "format" -> format();
      case "returning" -> {
        cursor.advance();
        children.add(grammar.types().type());
      }
      case "order" -> {
        cursor.expect("order", "by");
        children.addAll(cursor.list(grammar.queries()::sortItem));
      }
      case "as" -> {
        cursor.advance();
        grammar.names().label();
      }
      case "passing" -> passing(children);
      case "columns" -> columns(children);
      case "with", "without" -> wrapper();
      case "keep", "omit" -> quotes();
      default -> {
        return behavior(children);
      }
    }
    return true;
  }

  private void format() {
    cursor.advance();
    cursor.expect("json");
    if (cursor.accept("encoding")) {
      grammar.names().label();
    }
  }

  private void passing(List<Node> children) {
    cursor.advance();
    do {
      children.add(grammar.expressions().expression());
      if (cursor.at("format")) {
        format();
      }
      cursor.expect("as");
      grammar.names().label();
    } while (cursor.accept(','));
  }

  /** {@code WITH UNIQUE KEYS}, {@code WITH CONDITIONAL ARRAY WRAPPER} and the like. */
  private void wrapper() {
    cursor.advance();
    if (cursor.accept("unique")) {
      cursor.accept("keys");
      return;
    }
    if (cursor.atAny("conditional", "unconditional")) {
      cursor.advance();
    }
    cursor.accept("array");
    cursor.expect("wrapper");
  }

  private void quotes() {
    cursor.advance();
    cursor.expect("quotes");
    if (cursor.accept("on")) {
      cursor.expect("scalar");
      cursor.expect("string");
    }
  }

  /** {@code NULL ON NULL}, {@code DEFAULT x ON EMPTY}, {@code ERROR ON ERROR} and the like. */
  private boolean behavior(List<Node> children) {
    switch (cursor.word()) {
      case "absent", "null", "error", "true", "false", "unknown" -> {
        if (!cursor.word(1).equals("on")) {
          return false;
        }
        cursor.advance();
      }
      case "empty" -> {
        cursor.advance();
        if (!cursor.accept("array")) {
          cursor.accept("object");
        }
      }
      case "default" -> {
        cursor.advance();
        children.add(grammar.expressions().expression());
      }
      default -> {
        return false;
      }
    }
    cursor.expect("on");
    if (!cursor.accept("null") && !cursor.accept("empty")) {
      cursor.expect("error");
    }
    return true;
  }

  private void columns(List<Node> children) {
    cursor.enter();
    cursor.advance();
    cursor.expect('(');
    do {
      column(children);
    } while (cursor.accept(','));
    cursor.expect(')');
    cursor.leave();
  }

  private void column(List<Node> children) {
    if (cursor.at("nested") && (cursor.word(1).equals("path") || isString(1))) {
      cursor.advance();
      cursor.accept("path");
      children.add(grammar.primaries().literal());
      clauses(children);
      return;
    }
    grammar.names().name();
    if (cursor.accept("for")) {
      cursor.expect("ordinality");
      return;
    }
    children.add(grammar.types().type());
    while (!cursor.at(',') && !cursor.at(')')) {
      if (cursor.accept("path")) {
        children.add(grammar.primaries().literal());
      } else if (!cursor.accept("exists") && !clause(children)) {
        throw cursor.unexpected();
      }
    }
  }

  private boolean isString(int ahead) {
    return Token.isString(cursor.kind(ahead));
  }
}
