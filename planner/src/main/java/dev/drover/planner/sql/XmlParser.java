package dev.drover.planner.sql;

import dev.drover.planner.sql.Expr.Special;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads SQL/XML's functions.
 *
 * <p>Source: PostgreSQL 18 manual, section 9.15 "XML Functions".
 */
final class XmlParser {
  private final Grammar grammar;
  private final Cursor cursor;

  XmlParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  private Expr expression() {
    return grammar.expressions().expression();
  }

  /** A function in an expression. */
  Expr function() {
    int start = cursor.start();
    String word = cursor.word();
    cursor.advance();
    cursor.expect('(');
    List<Node> children = new ArrayList<>();
    switch (word) {
      case "xmlconcat" -> children.addAll(cursor.list(this::expression));
      case "xmlelement" -> element(children);
      case "xmlforest" -> attributes(children);
      case "xmlexists" -> exists(children);
      case "xmlparse" -> parse(children);
      case "xmlpi" -> instruction(children);
      case "xmlroot" -> root(children);
      case "xmlserialize" -> serialize(children);
      default -> throw cursor.unexpected();
    }
    cursor.expect(')');
    return new Special(cursor.since(start), word.toUpperCase(Locale.ROOT), children);
  }

  private void name() {
    cursor.expect("name");
    grammar.names().label();
  }

  private void element(List<Node> children) {
    name();
    while (cursor.accept(',')) {
      if (cursor.accept("xmlattributes")) {
        cursor.expect('(');
        attributes(children);
        cursor.expect(')');
      } else {
        children.add(expression());
      }
    }
  }

  private void attributes(List<Node> children) {
    do {
      children.add(expression());
      if (cursor.accept("as")) {
        grammar.names().label();
      }
    } while (cursor.accept(','));
  }

  private void exists(List<Node> children) {
    children.add(grammar.primaries().primary());
    passing(children);
  }

  private void passing(List<Node> children) {
    cursor.expect("passing");
    mechanism();
    children.add(grammar.primaries().primary());
    mechanism();
  }

  private void mechanism() {
    if (cursor.at("by")) {
      cursor.advance();
      if (!cursor.atAny("ref", "value")) {
        throw cursor.unexpected();
      }
      cursor.advance();
    }
  }

  private void form() {
    if (!cursor.atAny("document", "content")) {
      throw cursor.unexpected();
    }
    cursor.advance();
  }

  private void parse(List<Node> children) {
    form();
    children.add(expression());
    if (cursor.atAny("preserve", "strip")) {
      cursor.advance();
      cursor.expect("whitespace");
    }
  }

  private void instruction(List<Node> children) {
    name();
    if (cursor.accept(',')) {
      children.add(expression());
    }
  }

  private void root(List<Node> children) {
    children.add(expression());
    cursor.expect(',');
    cursor.expect("version");
    if (!cursor.accept("no", "value")) {
      children.add(expression());
    }
    if (cursor.accept(',')) {
      cursor.expect("standalone");
      if (!cursor.accept("no", "value") && !cursor.accept("no")) {
        cursor.expect("yes");
      }
    }
  }

  private void serialize(List<Node> children) {
    form();
    children.add(expression());
    cursor.expect("as");
    children.add(grammar.types().type());
    cursor.accept("no");
    cursor.accept("indent");
  }

  /** XMLTABLE, of FROM. */
  Expr table() {
    int start = cursor.start();
    cursor.expect("xmltable");
    cursor.expect('(');
    List<Node> children = new ArrayList<>();
    if (cursor.accept("xmlnamespaces")) {
      cursor.expect('(');
      do {
        cursor.accept("default");
        children.add(grammar.expressions().restricted());
        if (cursor.accept("as")) {
          grammar.names().label();
        }
      } while (cursor.accept(','));
      cursor.expect(')');
      cursor.expect(',');
    }
    children.add(grammar.primaries().primary());
    passing(children);
    cursor.expect("columns");
    do {
      column(children);
    } while (cursor.accept(','));
    cursor.expect(')');
    return new Special(cursor.since(start), "XMLTABLE", children);
  }

  private void column(List<Node> children) {
    grammar.names().name();
    if (cursor.accept("for")) {
      cursor.expect("ordinality");
      return;
    }
    children.add(grammar.types().type());
    while (!cursor.at(',') && !cursor.at(')')) {
      if (cursor.accept("not", "null") || cursor.accept("null")) {
        continue;
      }
      if (!cursor.accept("default")) {
        cursor.expect("path");
      }
      children.add(grammar.expressions().restricted());
    }
  }
}
