package dev.drover.planner.sql;

import dev.drover.planner.sql.Statement.Utility;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads CREATE FUNCTION, CREATE PROCEDURE and CREATE RULE, which hold statements.
 *
 * <p>Source: PostgreSQL 18 manual, the pages of these commands.
 */
final class RoutineParser {
  private final Grammar grammar;
  private final Cursor cursor;
  private final UtilityParser utilities;

  RoutineParser(Grammar grammar, UtilityParser utilities) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.utilities = utilities;
  }

  /** Behind FUNCTION or PROCEDURE. */
  Statement routine(int start, String kind) {
    QualifiedName name = grammar.names().anyQualifiedName();
    if (!cursor.at('(')) {
      throw cursor.unexpected();
    }
    List<Statement> body = new ArrayList<>();
    while (!cursor.atEnd()) {
      if (cursor.at(')') || cursor.at(Token.BAD)) {
        throw cursor.unexpected();
      }
      if (cursor.at("begin") && cursor.word(1).equals("atomic")) {
        atomic(body);
      } else if (cursor.at('(')) {
        utilities.skipParentheses();
      } else {
        cursor.advance();
      }
    }
    return new Utility(
        cursor.since(start),
        "CREATE " + kind,
        kind,
        List.of(name),
        List.of(),
        Optional.empty(),
        body);
  }

  /** {@code BEGIN ATOMIC statement; ... END}. */
  private void atomic(List<Statement> body) {
    cursor.enter();
    cursor.expect("begin", "atomic");
    while (!cursor.accept("end")) {
      if (!cursor.at(';')) {
        body.add(element());
      }
      cursor.expect(';');
    }
    cursor.leave();
  }

  private Statement element() {
    int start = cursor.start();
    if (!cursor.accept("return")) {
      return grammar.statements().statement();
    }
    Expr value = grammar.expressions().expression();
    return new Statement.Call(cursor.since(start), value);
  }

  /** Behind RULE. */
  Statement rule(int start) {
    QualifiedName name = QualifiedName.of(grammar.names().name());
    cursor.expect("as", "on");
    switch (cursor.word()) {
      case "select", "insert", "update", "delete" -> cursor.advance();
      default -> throw cursor.unexpected();
    }
    cursor.expect("to");
    FromItem.TableRef table = utilities.table();
    grammar.queries().after("where");
    cursor.expect("do");
    if (cursor.atAny("also", "instead")) {
      cursor.advance();
    }
    List<Statement> actions = new ArrayList<>();
    if (!cursor.accept("nothing")) {
      actions(actions);
    }
    return new Utility(
        cursor.since(start),
        "CREATE RULE",
        "RULE",
        List.of(name),
        List.of(table),
        Optional.empty(),
        actions);
  }

  private void actions(List<Statement> actions) {
    if (!cursor.at('(') || (grammar.queries().atQuery() && isOneQuery())) {
      actions.add(grammar.statements().statement());
      return;
    }
    cursor.expect('(');
    do {
      if (!cursor.at(';') && !cursor.at(')')) {
        actions.add(grammar.statements().statement());
      }
    } while (cursor.accept(';'));
    cursor.expect(')');
  }

  /** Whether the parentheses here are those of a query and not of a list of statements. */
  private boolean isOneQuery() {
    return cursor.kind(1) == '(';
  }
}
