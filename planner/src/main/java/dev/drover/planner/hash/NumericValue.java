package dev.drover.planner.hash;

/**
 * The digits of a {@code numeric} as PostgreSQL keeps them: base 10000, aligned at the decimal
 * point. Read from decimal text or from the binary format; sign and scale do not enter the hash.
 *
 * <p>Source: PostgreSQL 15 {@code hash_numeric_extended}, {@code numeric_send} in {@code
 * numeric.c}.
 */
final class NumericValue {
  /** Longer texts are left to PostgreSQL. */
  private static final int MAX_DIGITS = 1000;

  private static final int MAX_EXPONENT = 1000;
  private static final int DIGITS_PER_WORD = 4;
  private static final int BINARY_HEADER_BYTES = 8;

  private static final int SIGN_NAN = 0xC000;
  private static final int SIGN_POSITIVE_INFINITY = 0xD000;
  private static final int SIGN_NEGATIVE_INFINITY = 0xF000;

  private final byte[] decimals = new byte[MAX_DIGITS];
  private final byte[] words = new byte[2 * (MAX_DIGITS + 2 * DIGITS_PER_WORD)];
  private int wordCount;
  private int weight;
  private int fractionDigits;
  private boolean special;

  /** Digits after the decimal point that are not trailing zeros, at least. */
  int fractionDigits() {
    return fractionDigits;
  }

  long hash(BytesHash bytesHash) {
    if (special) {
      return BytesHash.SEED;
    }
    int first = 0;
    while (first < wordCount && isZero(first)) {
      first++;
    }
    if (first == wordCount) {
      return BytesHash.SEED - 1;
    }
    int last = wordCount;
    while (isZero(last - 1)) {
      last--;
    }
    return bytesHash.of(words, 2 * first, 2 * (last - first)) ^ (weight - first);
  }

  private boolean isZero(int word) {
    return words[2 * word] == 0 && words[2 * word + 1] == 0;
  }

  /** False when the text is not plainly a decimal number. */
  boolean readText(byte[] text, int offset, int length) {
    special = false;
    if (Words.is("NaN", text, offset, length)
        || Words.is("Infinity", text, offset, length)
        || Words.is("-Infinity", text, offset, length)) {
      special = true;
      fractionDigits = 0;
      return true;
    }
    int end = offset + length;
    int at = offset;
    if (at < end && (text[at] == '-' || text[at] == '+')) {
      at++;
    }
    return readDecimals(text, at, end);
  }

  private boolean readDecimals(byte[] text, int from, int end) {
    int count = 0;
    int point = -1;
    int at = from;
    for (; at < end && text[at] != 'e' && text[at] != 'E'; at++) {
      if (text[at] == '.') {
        if (point >= 0) {
          return false;
        }
        point = count;
        continue;
      }
      int digit = text[at] - '0';
      if (digit < 0 || digit > 9 || count == MAX_DIGITS) {
        return false;
      }
      decimals[count++] = (byte) digit;
    }
    if (count == 0) {
      return false;
    }
    int exponent = readExponent(text, at, end);
    if (exponent > MAX_EXPONENT) {
      return false;
    }
    align(count, (point < 0 ? count : point) + exponent);
    return true;
  }

  /** More than {@link #MAX_EXPONENT} when it cannot be read. */
  private static int readExponent(byte[] text, int from, int end) {
    if (from == end) {
      return 0;
    }
    int at = from + 1;
    boolean negative = at < end && text[at] == '-';
    if (at < end && (text[at] == '-' || text[at] == '+')) {
      at++;
    }
    if (at == end) {
      return MAX_EXPONENT + 1;
    }
    int exponent = 0;
    for (; at < end; at++) {
      int digit = text[at] - '0';
      if (digit < 0 || digit > 9) {
        return MAX_EXPONENT + 1;
      }
      exponent = exponent * 10 + digit;
      if (exponent > MAX_EXPONENT) {
        return MAX_EXPONENT + 1;
      }
    }
    return negative ? -exponent : exponent;
  }

  /** Groups {@code count} decimals, {@code point} of which stand before the decimal point. */
  private void align(int count, int point) {
    int significant = count;
    while (significant > 0 && decimals[significant - 1] == 0) {
      significant--;
    }
    fractionDigits = Math.max(0, significant - point);
    weight = Math.ceilDiv(point, DIGITS_PER_WORD) - 1;
    int skipped = (weight + 1) * DIGITS_PER_WORD - point;
    wordCount = Math.ceilDiv(skipped + count, DIGITS_PER_WORD);
    for (int word = 0; word < wordCount; word++) {
      int value = 0;
      for (int i = 0; i < DIGITS_PER_WORD; i++) {
        int decimal = word * DIGITS_PER_WORD + i - skipped;
        value = value * 10 + (decimal >= 0 && decimal < count ? decimals[decimal] : 0);
      }
      put(word, value);
    }
  }

  private void put(int word, int value) {
    words[2 * word] = (byte) value;
    words[2 * word + 1] = (byte) (value >> 8);
  }

  /** False when the value is malformed or too long. */
  boolean readBinary(byte[] bytes, int offset, int length) {
    if (length < BINARY_HEADER_BYTES) {
      return false;
    }
    int count = unsigned16(bytes, offset);
    int sign = unsigned16(bytes, offset + 4);
    special = sign == SIGN_NAN || sign == SIGN_POSITIVE_INFINITY || sign == SIGN_NEGATIVE_INFINITY;
    if (count > MAX_DIGITS || length != BINARY_HEADER_BYTES + 2 * count) {
      return false;
    }
    weight = (short) unsigned16(bytes, offset + 2);
    fractionDigits = unsigned16(bytes, offset + 6);
    wordCount = count;
    for (int word = 0; word < count; word++) {
      put(word, unsigned16(bytes, offset + BINARY_HEADER_BYTES + 2 * word));
    }
    return true;
  }

  private static int unsigned16(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }
}
