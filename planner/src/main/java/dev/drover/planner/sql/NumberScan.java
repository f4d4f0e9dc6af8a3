package dev.drover.planner.sql;

/**
 * Where a numeric constant ends, and what it is; reusable.
 *
 * <p>Source: PostgreSQL 18 manual, section 4.1.2.6 "Numeric Constants".
 */
final class NumberScan {
  private static final long INT4_MAX = Integer.MAX_VALUE;
  private static final byte DECIMAL = 10;

  private LiteralKind kind = LiteralKind.INT4;
  private boolean junk;

  LiteralKind kind() {
    return kind;
  }

  /** Whether the number runs into a letter, which is an error. */
  boolean hasJunk() {
    return junk;
  }

  /** The offset behind the number that starts with a digit, or with a dot and a digit. */
  int scan(byte[] text, int start, int end) {
    int radix = radix(text, start, end);
    int at = radix == DECIMAL ? decimal(text, start, end) : digits(text, start + 2, end, radix);
    junk = at < end && (Scan.classOf(text[at]) == Scan.LETTER || text[at] == '$');
    return at;
  }

  private static int radix(byte[] text, int start, int end) {
    if (text[start] != '0' || start + 2 >= end) {
      return DECIMAL;
    }
    int radix =
        switch (Scan.folded(text[start + 1])) {
          case 'x' -> 16;
          case 'o' -> 8;
          case 'b' -> 2;
          default -> DECIMAL;
        };
    int first = text[start + 2] == '_' && start + 3 < end ? start + 3 : start + 2;
    return Character.digit(text[first], radix) >= 0 ? radix : DECIMAL;
  }

  private int decimal(byte[] text, int start, int end) {
    int at = digits(text, start, end, DECIMAL);
    boolean fraction = at < end && text[at] == '.' && !(at + 1 < end && text[at + 1] == '.');
    if (fraction) {
      at = digits(text, at + 1, end, DECIMAL);
      kind = LiteralKind.NUMERIC;
    }
    return exponent(text, at, end);
  }

  private int exponent(byte[] text, int at, int end) {
    if (at >= end || Scan.folded(text[at]) != 'e') {
      return at;
    }
    int sign = at + 1 < end && (text[at + 1] == '+' || text[at + 1] == '-') ? 1 : 0;
    int first = at + 1 + sign;
    if (first >= end || Scan.classOf(text[first]) != Scan.DIGIT) {
      return at;
    }
    int behind = digits(text, first, end, DECIMAL);
    kind = LiteralKind.NUMERIC;
    return behind;
  }

  /** Sets the kind by the value of the digits; underscores stand between digits only. */
  private int digits(byte[] text, int start, int end, int radix) {
    long value = 0;
    boolean large = false;
    int at = start;
    while (at < end) {
      byte b = text[at];
      int digit = b < 0 ? -1 : Character.digit(b, radix);
      if (digit < 0 && !(b == '_' && isDigit(text, at + 1, end, radix))) {
        break;
      }
      if (digit >= 0) {
        large |= value > (Long.MAX_VALUE - digit) / radix;
        value = value * radix + digit;
      }
      at++;
    }
    kind = large ? LiteralKind.NUMERIC : value <= INT4_MAX ? LiteralKind.INT4 : LiteralKind.INT8;
    return at;
  }

  private static boolean isDigit(byte[] text, int at, int end, int radix) {
    return at < end && text[at] > 0 && Character.digit(text[at], radix) >= 0;
  }
}
