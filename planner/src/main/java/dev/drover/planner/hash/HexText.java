package dev.drover.planner.hash;

/** Reads the types that are written in hexadecimal digits: uuid, macaddr, bytea. */
final class HexText {
  static final int UUID_BYTES = 16;
  static final int MAC_BYTES = 6;
  private static final int MAC_LENGTH = 3 * MAC_BYTES - 1;

  private byte[] bytes = new byte[UUID_BYTES];
  private int length;

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** Digits with a hyphen after any group of four, in braces or not. */
  boolean readUuid(byte[] text, int offset, int textLength) {
    boolean braces = textLength >= 2 && text[offset] == '{' && text[offset + textLength - 1] == '}';
    int at = braces ? offset + 1 : offset;
    int end = braces ? offset + textLength - 1 : offset + textLength;
    for (int i = 0; i < UUID_BYTES; i++) {
      if (!readPair(text, at, end, i)) {
        return false;
      }
      at += 2;
      if (at < end && text[at] == '-' && i % 2 == 1 && i < UUID_BYTES - 1) {
        at++;
      }
    }
    length = UUID_BYTES;
    return at == end;
  }

  /** Six pairs, parted by {@code :} or by {@code -}. */
  boolean readMac(byte[] text, int offset, int textLength) {
    if (textLength != MAC_LENGTH || (text[offset + 2] != ':' && text[offset + 2] != '-')) {
      return false;
    }
    for (int i = 0; i < MAC_BYTES; i++) {
      int at = offset + 3 * i;
      if (!readPair(text, at, offset + textLength, i)
          || (i > 0 && text[at - 1] != text[offset + 2])) {
        return false;
      }
    }
    length = MAC_BYTES;
    return true;
  }

  /** Nothing but pairs. */
  boolean readPairs(byte[] text, int offset, int textLength) {
    int pairs = textLength / 2;
    if (pairs > bytes.length) {
      bytes = new byte[pairs];
    }
    for (int i = 0; i < pairs; i++) {
      if (!readPair(text, offset + 2 * i, offset + textLength, i)) {
        return false;
      }
    }
    length = pairs;
    return textLength % 2 == 0;
  }

  private boolean readPair(byte[] text, int at, int end, int index) {
    if (end - at < 2) {
      return false;
    }
    int high = digit(text[at]);
    int low = digit(text[at + 1]);
    bytes[index] = (byte) (high << 4 | low);
    return high >= 0 && low >= 0;
  }

  /** -1 when it is none. */
  static int digit(byte character) {
    if (character >= '0' && character <= '9') {
      return character - '0';
    }
    int lower = character | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }
}
