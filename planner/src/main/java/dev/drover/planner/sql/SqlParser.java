package dev.drover.planner.sql;

import dev.drover.pgwire.Characters;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * From the text of a Query or Parse message to its statements.
 *
 * <p>Threads: any; a call keeps nothing.
 */
public final class SqlParser {
  private SqlParser() {}

  /**
   * The statements of a text, those without content left out.
   *
   * @throws SqlError 42601 for what is no SQL, 54001 for what is nested too deeply
   */
  public static List<ParsedStatement> parse(byte[] text) {
    Cursor cursor = new Cursor(Lexer.tokens(text));
    try {
      return statements(cursor);
    } catch (StackOverflowError e) {
      // Code that is not compiled yet takes several times as much of the stack.
      throw cursor.tooDeep();
    }
  }

  private static List<ParsedStatement> statements(Cursor cursor) {
    Grammar grammar = new Grammar(cursor);
    List<ParsedStatement> parsed = new ArrayList<>(1);
    while (!cursor.at(Token.END)) {
      if (!cursor.accept(';')) {
        parsed.add(statement(grammar));
      }
    }
    return parsed;
  }

  /**
   * The statements of a text that {@link #parse} refuses and a server may yet know: each an {@link
   * Statement.Opaque} with every name in it that may be a relation's.
   *
   * @throws SqlError 42601 for what no server can read either, as a string without end
   */
  public static List<ParsedStatement> opaque(byte[] text) {
    Cursor cursor = new Cursor(Lexer.tokens(text));
    NameParser names = new NameParser(cursor);
    List<ParsedStatement> parsed = new ArrayList<>(1);
    while (!cursor.at(Token.END)) {
      if (!cursor.accept(';')) {
        parsed.add(opaque(cursor, names));
      }
    }
    return parsed;
  }

  private static ParsedStatement opaque(Cursor cursor, NameParser names) {
    int start = cursor.start();
    int first = cursor.tokens().literalsBefore(cursor.index());
    String keyword = cursor.span().of(cursor.text()).toUpperCase(Locale.ROOT);
    List<QualifiedName> found = new ArrayList<>();
    while (!cursor.atEnd()) {
      if (names.atColumnName()) {
        found.add(names.loose());
      } else if (cursor.at(Token.BAD)) {
        throw cursor.unexpected();
      } else {
        cursor.advance();
      }
    }
    int literals = cursor.tokens().literalsBefore(cursor.index()) - first;
    Statement statement = new Statement.Opaque(cursor.since(start), keyword, found);
    return new ParsedStatement(statement, statement.span(), first, literals, 0, true, List.of());
  }

  private static ParsedStatement statement(Grammar grammar) {
    Cursor cursor = grammar.cursor();
    cursor.resetStatement();
    int first = cursor.tokens().literalsBefore(cursor.index());
    Statement statement = grammar.statements().statement();
    if (!cursor.atEnd()) {
      throw cursor.unexpected();
    }
    int literals = cursor.tokens().literalsBefore(cursor.index()) - first;
    return new ParsedStatement(
        statement,
        statement.span(),
        first,
        literals,
        cursor.parameterCount(),
        cursor.isLiteralRead(),
        cursor.structural());
  }

  /** Of a text that has parameters and is given no values: PostgreSQL's error for the first one. */
  public static SqlError noParameter(byte[] text) {
    Tokens tokens = Lexer.tokens(text);
    int first = 0;
    while (first < tokens.count() - 1 && tokens.kind(first) != Token.PARAM) {
      first++;
    }
    Span span = tokens.span(first);
    return SqlError.of(SqlState.UNDEFINED_PARAMETER, "there is no parameter " + span.of(text))
        .withPosition(characterPosition(text, span.start()));
  }

  /** The position in an error message: characters from 1, of an offset in bytes. */
  public static int characterPosition(byte[] text, int byteOffset) {
    return Characters.count(text, Math.min(byteOffset, text.length)) + 1;
  }
}
