package dev.drover.planner.sql;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The words of a text of SQL: key words, and names as they mean an object, folded or without their
 * quotes. What stands in literals and comments is no word.
 */
public final class WordsOfText {
  private WordsOfText() {}

  /** Empty for a text that cannot be cut into tokens up to its end. */
  public static Optional<Set<String>> of(byte[] utf8) {
    Cursor cursor = new Cursor(Lexer.tokens(utf8));
    NameParser names = new NameParser(cursor);
    Set<String> words = new HashSet<>();
    while (!cursor.at(Token.END)) {
      switch (cursor.kind()) {
        case Token.WORD, Token.QUOTED -> words.add(names.label().text());
        case Token.BAD -> {
          return Optional.empty();
        }
        default -> cursor.advance();
      }
    }
    return Optional.of(words);
  }
}
