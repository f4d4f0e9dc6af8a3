package dev.drover.planner.sql;

import java.nio.charset.StandardCharsets;

/**
 * {@code U&'...'} and {@code U&"..."}, with UESCAPE.
 *
 * <p>Source: PostgreSQL 18 manual, sections 4.1.1 and 4.1.2.3.
 */
final class UnicodeEscapes {
  private static final int HEX = 16;
  private static final int SHORT_DIGITS = 4;
  private static final int LONG_DIGITS = 6;

  private UnicodeEscapes() {}

  static String string(byte[] text, Span span) {
    int quote = span.start() + 2;
    int end = Scan.string(text, quote, span.end(), false);
    return decode(Literals.pieces(text, quote, end, false), escape(text, end, span.end()));
  }

  static String name(byte[] text, Span span) {
    int quote = span.start() + 2;
    int end = Scan.quotedIdentifier(text, quote, span.end());
    String raw = new String(text, quote + 1, end - quote - 2, StandardCharsets.UTF_8);
    return decode(raw.replace("\"\"", "\""), escape(text, end, span.end()));
  }

  /** The character in the quotes of UESCAPE, which are the last thing of the span. */
  private static char escape(byte[] text, int end, int spanEnd) {
    return end == spanEnd ? '\\' : (char) text[spanEnd - 2];
  }

  private static String decode(String raw, char escape) {
    if (raw.indexOf(escape) < 0) {
      return raw;
    }
    StringBuilder out = new StringBuilder(raw.length());
    int at = 0;
    while (at < raw.length()) {
      char c = raw.charAt(at);
      if (c != escape) {
        out.append(c);
        at++;
      } else if (at + 1 < raw.length() && raw.charAt(at + 1) == escape) {
        out.append(escape);
        at += 2;
      } else {
        at = codePoint(raw, at + 1, out);
      }
    }
    return out.toString();
  }

  private static int codePoint(String raw, int at, StringBuilder out) {
    boolean plus = at < raw.length() && raw.charAt(at) == '+';
    int first = plus ? at + 1 : at;
    int behind = Math.min(raw.length(), first + (plus ? LONG_DIGITS : SHORT_DIGITS));
    int value = 0;
    for (int i = first; i < behind; i++) {
      value = value * HEX + Math.max(0, Character.digit(raw.charAt(i), HEX));
    }
    if (plus) {
      out.appendCodePoint(Character.isValidCodePoint(value) ? value : '?');
    } else {
      out.append((char) value);
    }
    return behind;
  }
}
