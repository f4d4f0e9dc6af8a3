package dev.drover.planner.sql;

/**
 * The kinds of tokens. Characters that stand alone are their own kind: {@code '('}, {@code '+'},
 * {@code '<'}.
 */
final class Token {
  static final byte END = 0;

  /** An identifier or key word without quotes. */
  static final byte WORD = 1;

  /** {@code "..."} or {@code U&"..."}. */
  static final byte QUOTED = 2;

  /** A literal's kind is this and the code of its {@link LiteralKind}. */
  static final byte LITERAL = 2;

  static final byte INT4 = LITERAL + 1;
  static final byte STRING = LITERAL + 4;
  static final byte BIT_STRING = LITERAL + 7;

  static final byte PARAM = 12;

  /** An operator that has no kind of its own. */
  static final byte OPERATOR = 13;

  /** {@code <=}, {@code >=}, {@code <>} and {@code !=}. */
  static final byte COMPARISON = 14;

  static final byte CAST = 15;
  static final byte ASSIGN = 16;
  static final byte ARROW = 17;
  static final byte DOTS = 18;

  /** Bytes that are no token; reading them raises the lexer's error. */
  static final byte BAD = 19;

  private Token() {}

  static boolean isLiteral(byte kind) {
    return kind >= INT4 && kind <= BIT_STRING;
  }

  /** A string literal other than a bit string. */
  static boolean isText(byte kind) {
    return kind >= STRING && kind < BIT_STRING;
  }

  static boolean isString(byte kind) {
    return kind >= STRING && kind <= BIT_STRING;
  }
}
