package dev.drover.pgwire;

/**
 * Counts the characters of UTF-8 text, as positions in errors are counted.
 *
 * <p>Threads: stateless.
 */
public final class Characters {
  private static final int CONTINUATION_MASK = 0xc0;
  private static final int CONTINUATION = 0x80;

  private Characters() {}

  /** Those that begin in the first {@code end} bytes. */
  public static int count(byte[] utf8, int end) {
    int characters = 0;
    for (int i = 0; i < end; i++) {
      characters += begins(utf8[i]) ? 1 : 0;
    }
    return characters;
  }

  /** The byte at which the character with this index begins; the text's end for one behind it. */
  public static int offset(byte[] utf8, int index) {
    int left = index;
    for (int i = 0; i < utf8.length; i++) {
      if (begins(utf8[i])) {
        if (left == 0) {
          return i;
        }
        left--;
      }
    }
    return utf8.length;
  }

  private static boolean begins(byte b) {
    return (b & CONTINUATION_MASK) != CONTINUATION;
  }
}
