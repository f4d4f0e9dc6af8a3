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

  /** The literals, in the order of {@link LiteralKind}. */
  static final byte FIRST_LITERAL = 3;

  static final byte STRING = (byte) (FIRST_LITERAL + LiteralKind.STRING.ordinal());
  static final byte LAST_LITERAL = (byte) (FIRST_LITERAL + LiteralKind.BIT_STRING.ordinal());

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
    return kind >= FIRST_LITERAL && kind <= LAST_LITERAL;
  }

  /** A string literal other than a bit string. */
  static boolean isText(byte kind) {
    return kind >= STRING && kind < LAST_LITERAL;
  }

  static boolean isString(byte kind) {
    return kind >= STRING && kind <= LAST_LITERAL;
  }
}
