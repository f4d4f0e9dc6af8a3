package dev.drover.coordinator.copy;

import java.util.Arrays;

/**
 * From the raw bytes of a key field to its value: escapes, quotes, and which values are NULL.
 *
 * <p>Threads: immutable.
 *
 * <p>Source: PostgreSQL 18 {@code CopyReadAttributesText}, {@code CopyReadAttributesCSV} and {@code
 * NextCopyFrom}.
 */
final class KeyText {
  private static final int HEX_DIGITS = 2;
  private static final int OCTAL_DIGITS = 3;

  private final boolean csv;
  private final byte quote;
  private final byte escape;
  private final byte[] nullText;
  private final boolean hasDefault;
  private final byte[] defaultText;
  private final boolean[] forceNotNull;
  private final boolean[] forceNull;

  private KeyText(CopyOptions options, boolean[] forceNotNull, boolean[] forceNull) {
    this.csv = options.format() == CopyFormat.CSV;
    this.quote = options.quote();
    this.escape = options.escape();
    this.nullText = CopyOptions.utf8(options.nullText());
    this.hasDefault = options.defaultText().isPresent();
    this.defaultText = CopyOptions.utf8(options.defaultText().orElse(""));
    this.forceNotNull = forceNotNull;
    this.forceNull = forceNull;
  }

  static KeyText ofText(CopyOptions options) {
    return new KeyText(options, new boolean[0], new boolean[0]);
  }

  static KeyText ofCsv(RowShape shape) {
    int keys = shape.keyPositions().size();
    boolean[] notNull = new boolean[keys];
    boolean[] toNull = new boolean[keys];
    for (int key = 0; key < keys; key++) {
      String column = shape.columns().get(shape.keyPositions().get(key));
      notNull[key] = shape.options().forceNotNull().contains(column);
      toNull[key] = shape.options().forceNull().contains(column);
    }
    return new KeyText(shape.options(), notNull, toNull);
  }

  /**
   * Sets the row's key from its raw bytes.
   *
   * @param coded the field holds a backslash (text) or a quote (CSV)
   */
  void decode(CopyRow row, int key, int offset, int length, boolean coded) {
    byte[] bytes = row.bytes();
    if (hasDefault && isEqual(defaultText, bytes, offset, length)) {
      row.setKeyDefault(key);
    } else if (csv) {
      decodeCsv(row, key, offset, length, coded);
    } else if (isEqual(nullText, bytes, offset, length)) {
      row.setKeyNull(key);
    } else if (coded) {
      byte[] target = row.beginValue(length);
      row.endValue(key, unescape(bytes, offset, length, target, row.valueOffset()));
    } else {
      row.setKey(key, bytes, offset, length);
    }
  }

  private void decodeCsv(CopyRow row, int key, int offset, int length, boolean quoted) {
    byte[] bytes = row.bytes();
    if (quoted) {
      byte[] target = row.beginValue(length);
      row.endValue(key, unquote(bytes, offset, length, target, row.valueOffset()));
      boolean isNull = isEqual(nullText, row.keyBytes(key), row.keyOffset(key), row.keyLength(key));
      if (forceNull[key] && isNull) {
        row.setKeyNull(key);
      }
      return;
    }
    if (!isEqual(nullText, bytes, offset, length)) {
      row.setKey(key, bytes, offset, length);
    } else if (forceNotNull[key]) {
      row.setKey(key, nullText, 0, nullText.length);
    } else {
      row.setKeyNull(key);
    }
  }

  private static boolean isEqual(byte[] text, byte[] bytes, int offset, int length) {
    return length == text.length
        && Arrays.equals(text, 0, text.length, bytes, offset, offset + length);
  }

  /** Returns the end of what was written. */
  private int unquote(byte[] from, int offset, int length, byte[] target, int targetOffset) {
    int end = offset + length;
    int to = targetOffset;
    boolean inQuotes = false;
    for (int at = offset; at < end; at++) {
      byte value = from[at];
      if (!inQuotes) {
        if (value == quote) {
          inQuotes = true;
        } else {
          target[to++] = value;
        }
      } else if (value == escape
          && at + 1 < end
          && (from[at + 1] == escape || from[at + 1] == quote)) {
        target[to++] = from[++at];
      } else if (value == quote) {
        inQuotes = false;
      } else {
        target[to++] = value;
      }
    }
    return to;
  }

  /** Returns the end of what was written. */
  private static int unescape(byte[] from, int offset, int length, byte[] target, int toOffset) {
    int end = offset + length;
    int to = toOffset;
    int at = offset;
    while (at < end) {
      byte value = from[at++];
      if (value != '\\') {
        target[to++] = value;
        continue;
      }
      if (at == end) {
        break;
      }
      byte letter = from[at];
      if (letter >= '0' && letter <= '7') {
        int stop = digitsEnd(from, at, Math.min(end, at + OCTAL_DIGITS), 8);
        target[to++] = number(from, at, stop, 8);
        at = stop;
      } else if (letter == 'x' && digitsEnd(from, at + 1, Math.min(end, at + 2), 16) > at + 1) {
        int stop = digitsEnd(from, at + 1, Math.min(end, at + 1 + HEX_DIGITS), 16);
        target[to++] = number(from, at + 1, stop, 16);
        at = stop;
      } else {
        target[to++] = plain(letter);
        at++;
      }
    }
    return to;
  }

  private static int digitsEnd(byte[] from, int start, int limit, int radix) {
    int at = start;
    while (at < limit && Character.digit(from[at], radix) >= 0) {
      at++;
    }
    return at;
  }

  private static byte number(byte[] from, int start, int end, int radix) {
    int value = 0;
    for (int at = start; at < end; at++) {
      value = value * radix + Character.digit(from[at], radix);
    }
    return (byte) value;
  }

  private static byte plain(byte letter) {
    return (byte)
        switch (letter) {
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'v' -> 0x0b;
          default -> letter;
        };
  }
}
