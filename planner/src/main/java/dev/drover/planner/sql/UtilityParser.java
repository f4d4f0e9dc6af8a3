package dev.drover.planner.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads utility statements of which the outline is enough. */
final class UtilityParser {
  private final Grammar grammar;
  private final Cursor cursor;

  UtilityParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  Statement command() {
    return opaque();
  }

  /** A statement of which only names are known. */
  Statement opaque() {
    int start = cursor.start();
    String keyword = cursor.word().toUpperCase(Locale.ROOT);
    List<QualifiedName> names = new ArrayList<>();
    while (!cursor.atEnd()) {
      if (grammar.names().atColumnName()) {
        names.add(grammar.names().qualifiedName());
      } else {
        cursor.advance();
      }
    }
    return new Statement.Opaque(cursor.since(start), keyword, names);
  }
}
