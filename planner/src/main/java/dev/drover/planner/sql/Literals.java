package dev.drover.planner.sql;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/**
 * The values of literals and quoted names, from the bytes they are written in.
 *
 * <p>Source: PostgreSQL 18 manual, section 4.1.2 "Constants".
 */
public final class Literals {
  private static final int HEX = 16;
  private static final int OCTAL = 8;
  private static final int MAX_OCTAL_DIGITS = 3;

  private Literals() {}

  /** The text of a string literal of any form but bit strings. */
  public static String string(byte[] text, Span span) {
    int start = span.start();
    byte first = text[start];
    if (first == '\'') {
      return pieces(text, start, span.end(), false);
    }
    if (first == '$') {
      int body = Scan.dollarTag(text, start, span.end());
      int length = span.lengthBytes() - 2 * (body - start);
      return new String(text, body, length, StandardCharsets.UTF_8);
    }
    return switch (Scan.folded(first)) {
      case 'e' -> pieces(text, start + 1, span.end(), true);
      case 'u' -> UnicodeEscapes.string(text, span);
      default -> pieces(text, start + 1, span.end(), false);
    };
  }

  /** An integer literal of kind INT4 or INT8. */
  public static long integer(byte[] text, Span span) {
    String digits = span.of(text).replace("_", "");
    int radix =
        digits.length() < 2
            ? 10
            : switch (digits.charAt(1)) {
              case 'x', 'X' -> HEX;
              case 'o', 'O' -> OCTAL;
              case 'b', 'B' -> 2;
              default -> 10;
            };
    return Long.parseLong(radix == 10 ? digits : digits.substring(2), radix);
  }

  /** A literal of kind NUMERIC that is written in decimal digits, with its scale. */
  public static BigDecimal numeric(byte[] text, Span span) {
    return new BigDecimal(span.of(text).replace("_", ""));
  }

  /** The bytes between quotes, pieces joined, of which {@code at} is the first quote. */
  static String pieces(byte[] text, int at, int end, boolean backslashes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(end - at);
    int i = at + 1;
    while (i < end) {
      byte b = text[i];
      if (b == '\\' && backslashes) {
        i = escape(text, i + 1, end, out);
      } else if (b != '\'') {
        out.write(b);
        i++;
      } else if (i + 1 < end && text[i + 1] == '\'') {
        out.write(b);
        i += 2;
      } else {
        i = nextPiece(text, i + 1, end);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static int nextPiece(byte[] text, int from, int end) {
    return Math.min(end, Scan.blanks(text, from, end) + 1);
  }

  private static int escape(byte[] text, int at, int end, ByteArrayOutputStream out) {
    byte b = text[at];
    return switch (b) {
      case 'x' -> digits(text, at + 1, Math.min(end, at + 3), HEX, out);
      case 'u' -> codePoint(text, at + 1, Math.min(end, at + 5), out);
      case 'U' -> codePoint(text, at + 1, Math.min(end, at + 9), out);
      case '0', '1', '2', '3', '4', '5', '6', '7' ->
          digits(text, at, Math.min(end, at + MAX_OCTAL_DIGITS), OCTAL, out);
      default -> {
        out.write(simple(b));
        yield at + 1;
      }
    };
  }

  private static int simple(byte letter) {
    return switch (letter) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'v' -> 0x0b;
      default -> letter;
    };
  }

  /** Up to so many digits are one byte; none of them means the letter itself. */
  private static int digits(byte[] text, int at, int end, int radix, ByteArrayOutputStream out) {
    int value = 0;
    int i = at;
    while (i < end && Character.digit(text[i], radix) >= 0) {
      value = value * radix + Character.digit(text[i++], radix);
    }
    out.write(i == at ? text[at - 1] : value);
    return i;
  }

  private static int codePoint(byte[] text, int at, int end, ByteArrayOutputStream out) {
    int value = 0;
    int i = at;
    while (i < end && Character.digit(text[i], HEX) >= 0) {
      value = value * HEX + Character.digit(text[i++], HEX);
    }
    if (Character.isHighSurrogate((char) value)
        && value <= Character.MAX_VALUE
        && i + 6 <= text.length
        && text[i] == '\\'
        && text[i + 1] == 'u') {
      int low = Integer.parseInt(new String(text, i + 2, 4, StandardCharsets.US_ASCII), HEX);
      value = Character.toCodePoint((char) value, (char) low);
      i += 6;
    }
    write(value, out);
    return i;
  }

  static void write(int codePoint, ByteArrayOutputStream out) {
    int valid = Character.isValidCodePoint(codePoint) ? codePoint : '?';
    out.writeBytes(Character.toString(valid).getBytes(StandardCharsets.UTF_8));
  }
}
