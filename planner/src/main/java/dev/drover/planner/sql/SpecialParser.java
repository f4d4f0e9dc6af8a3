package dev.drover.planner.sql;

import dev.drover.planner.sql.Expr.Special;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Reads functions with a syntax of their own.
 *
 * <p>Source: PostgreSQL 18 manual, chapter 9 "Functions and Operators".
 */
final class SpecialParser {
  private final Grammar grammar;
  private final Cursor cursor;
  private final JsonParser jsons;
  private final XmlParser xmls;

  SpecialParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.jsons = new JsonParser(grammar);
    this.xmls = new XmlParser(grammar);
  }

  private Expr expression() {
    return grammar.expressions().expression();
  }

  /** CURRENT_TIMESTAMP and other values that are called without parentheses. */
  Expr value() {
    int start = cursor.start();
    String keyword = cursor.word().toUpperCase(Locale.ROOT);
    cursor.advance();
    boolean precise =
        switch (keyword) {
          case "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP" -> true;
          default -> false;
        };
    List<Node> children = new ArrayList<>();
    if (precise && cursor.accept('(')) {
      children.add(grammar.primaries().literal());
      cursor.expect(')');
    }
    return new Special(cursor.since(start), keyword, children);
  }

  /** {@code COLLATION FOR (x)}. */
  Expr collationFor() {
    int start = cursor.start();
    cursor.expect("collation", "for");
    cursor.expect('(');
    Expr argument = expression();
    cursor.expect(')');
    return new Special(cursor.since(start), "COLLATION FOR", List.of(argument));
  }

  /** Whether the word, with a parenthesis behind it, is one of SQL/JSON's functions. */
  boolean isJsonFunction(String word) {
    return jsons.isFunction(word);
  }

  Expr json() {
    return jsons.function();
  }

  /** XMLTABLE or JSON_TABLE, of FROM. */
  Expr table() {
    return cursor.at("xmltable") ? xmls.table() : jsons.table();
  }

  /** A function whose name is a key word; a parenthesis follows. */
  Expr function() {
    return switch (cursor.word()) {
      case "coalesce", "greatest", "least", "grouping" -> form(this::list);
      case "nullif" -> form(this::pair);
      case "extract" -> form(this::extract);
      case "normalize" -> form(this::normalize);
      case "overlay" -> form(this::overlay);
      case "position" -> form(this::position);
      case "substring" -> form(this::substring);
      case "treat" -> form(this::treat);
      case "trim" -> form(this::trim);
      default -> {
        if (cursor.word().startsWith("xml")) {
          yield xmls.function();
        }
        cursor.advance();
        throw cursor.unexpected();
      }
    };
  }

  private Expr form(Consumer<List<Node>> inside) {
    int start = cursor.start();
    String keyword = cursor.word().toUpperCase(Locale.ROOT);
    cursor.advance();
    cursor.expect('(');
    List<Node> children = new ArrayList<>();
    cursor.enter();
    inside.accept(children);
    cursor.leave();
    cursor.expect(')');
    return new Special(cursor.since(start), keyword, children);
  }

  private void list(List<Node> children) {
    children.addAll(cursor.list(this::expression));
  }

  private void pair(List<Node> children) {
    children.add(expression());
    cursor.expect(',');
    children.add(expression());
  }

  private void extract(List<Node> children) {
    if (Token.isString(cursor.kind())) {
      children.add(grammar.primaries().literal());
    } else {
      grammar.names().label();
    }
    cursor.expect("from");
    children.add(expression());
  }

  private void normalize(List<Node> children) {
    children.add(expression());
    if (cursor.accept(',')) {
      grammar.names().label();
    }
  }

  private void overlay(List<Node> children) {
    if (cursor.at(')')) {
      return;
    }
    children.add(argument());
    if (cursor.accept("placing")) {
      children.add(expression());
      cursor.expect("from");
      children.add(expression());
      if (cursor.accept("for")) {
        children.add(expression());
      }
      return;
    }
    rest(children);
  }

  private Expr argument() {
    return grammar.calls().argument().value();
  }

  private void rest(List<Node> children) {
    while (cursor.accept(',')) {
      children.add(argument());
    }
  }

  private void position(List<Node> children) {
    children.add(grammar.expressions().restricted());
    cursor.expect("in");
    children.add(grammar.expressions().restricted());
  }

  private void substring(List<Node> children) {
    if (cursor.at(')')) {
      return;
    }
    children.add(argument());
    switch (cursor.word()) {
      case "from" -> clauses(children, "from", "for");
      case "for" -> clauses(children, "for", "from");
      case "similar" -> {
        cursor.advance();
        children.add(expression());
        cursor.expect("escape");
        children.add(expression());
      }
      default -> rest(children);
    }
  }

  private void clauses(List<Node> children, String first, String second) {
    cursor.expect(first);
    children.add(expression());
    if (cursor.accept(second)) {
      children.add(expression());
    }
  }

  private void treat(List<Node> children) {
    children.add(expression());
    cursor.expect("as");
    children.add(grammar.types().type());
  }

  private void trim(List<Node> children) {
    switch (cursor.word()) {
      case "both", "leading", "trailing" -> cursor.advance();
      default -> {}
    }
    if (!cursor.at("from")) {
      list(children);
    }
    if (cursor.accept("from")) {
      list(children);
    }
  }
}
