package dev.drover.coordinator.copy;

import java.util.Arrays;

/**
 * The client's line numbers of a run of rows, in one or two bytes per row.
 *
 * <pre>
 * per row: varint(zigzag(client line - the row's before) * 2 + (spans lines ? 1 : 0))
 *          [varint(lines spanned beyond the first)]
 * </pre>
 *
 * <p>Threads: confined to one.
 */
final class LineLog {
  private static final int FIRST_BYTES = 64;
  private static final int LONGEST_ENTRY_BYTES = 20;
  private static final int SEVEN_BITS = 0x7f;
  private static final int CONTINUES = 0x80;

  private byte[] bytes = new byte[FIRST_BYTES];
  private int length;
  private long lastLine;
  private int rows;
  private int firstRowReturns;

  /**
   * Notes a row.
   *
   * @param inner line ends within the row, as they are counted once the stream's line end is known
   * @param returns carriage returns within the row, which are counted before
   */
  void add(long line, int inner, int returns) {
    if (bytes.length - length < LONGEST_ENTRY_BYTES) {
      bytes = Arrays.copyOf(bytes, 2 * bytes.length);
    }
    if (rows == 0) {
      firstRowReturns = returns;
    }
    long delta = line - lastLine;
    long zigzag = (delta << 1) ^ (delta >> 63);
    write(zigzag << 1 | (inner > 0 ? 1 : 0));
    if (inner > 0) {
      write(inner);
    }
    lastLine = line;
    rows++;
  }

  int lengthBytes() {
    return length;
  }

  /** Reads a log from its first row on. */
  final class Cursor {
    private int at;
    private long clientLine;
    private int inner;

    boolean next() {
      if (at == length) {
        return false;
      }
      long entry = read();
      long zigzag = entry >>> 1;
      clientLine += (zigzag >>> 1) ^ -(zigzag & 1);
      inner = (entry & 1) == 0 ? 0 : (int) read();
      return true;
    }

    long clientLine() {
      return clientLine;
    }

    /** Lines that the row spans on the server. */
    long serverLines(boolean firstOfCopy) {
      return 1L + (firstOfCopy ? firstRowReturns : inner);
    }

    private long read() {
      long value = 0;
      int shift = 0;
      while (true) {
        byte part = bytes[at++];
        value |= (long) (part & SEVEN_BITS) << shift;
        if (part >= 0) {
          return value;
        }
        shift += 7;
      }
    }
  }

  Cursor cursor() {
    return new Cursor();
  }

  private void write(long value) {
    long rest = value;
    while ((rest & ~(long) SEVEN_BITS) != 0) {
      bytes[length++] = (byte) (rest | CONTINUES);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }
}
