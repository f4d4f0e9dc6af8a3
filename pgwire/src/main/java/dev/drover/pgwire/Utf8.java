package dev.drover.pgwire;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Text as the bytes that PostgreSQL counts. */
final class Utf8 {
  private static final int CONTINUATION_MASK = 0xc0;
  private static final int CONTINUATION = 0x80;

  private Utf8() {}

  /** At most so many bytes, cut between characters. */
  static String truncate(String text, int maxBytes) {
    byte[] bytes = text.getBytes(UTF_8);
    if (bytes.length <= maxBytes) {
      return text;
    }
    int end = maxBytes;
    while (end > 0 && (bytes[end] & CONTINUATION_MASK) == CONTINUATION) {
      end--;
    }
    return new String(bytes, 0, end, UTF_8);
  }
}
