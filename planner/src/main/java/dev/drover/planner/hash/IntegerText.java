package dev.drover.planner.hash;

/**
 * Reads an integer as every PostgreSQL version does: white space, sign, decimal digits, white
 * space. Hexadecimal forms and underscores, which only newer servers take, are not accepted.
 */
final class IntegerText {
  private long value;

  long value() {
    return value;
  }

  /** False when the text is something else or does not fit into 64 bits. */
  boolean read(byte[] text, int offset, int length) {
    int at = offset;
    int end = offset + length;
    while (at < end && isSpace(text[at])) {
      at++;
    }
    while (end > at && isSpace(text[end - 1])) {
      end--;
    }
    boolean negative = at < end && text[at] == '-';
    if (at < end && (text[at] == '-' || text[at] == '+')) {
      at++;
    }
    return readDigits(text, at, end, negative);
  }

  /** Gathers the negative value, whose range is the wider one. */
  private boolean readDigits(byte[] text, int from, int end, boolean negative) {
    long sum = 0;
    for (int at = from; at < end; at++) {
      int digit = text[at] - '0';
      if (digit < 0 || digit > 9 || sum < Long.MIN_VALUE / 10) {
        return false;
      }
      sum = sum * 10 - digit;
      if (sum > 0) {
        return false;
      }
    }
    if (from == end || (!negative && sum == Long.MIN_VALUE)) {
      return false;
    }
    value = negative ? sum : -sum;
    return true;
  }

  /** C's {@code isspace} in the C locale. */
  static boolean isSpace(byte character) {
    return character == ' ' || (character >= '\t' && character <= '\r');
  }
}
