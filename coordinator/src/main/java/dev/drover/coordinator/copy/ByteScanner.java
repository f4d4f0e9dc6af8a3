package dev.drover.coordinator.copy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds the first of up to four byte values, eight bytes at a time.
 *
 * <p>Threads: immutable.
 */
final class ByteScanner {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long LOW_BITS = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private final byte first;
  private final byte second;
  private final byte third;
  private final byte fourth;
  private final long firstWord;
  private final long secondWord;
  private final long thirdWord;
  private final long fourthWord;

  private ByteScanner(byte first, byte second, byte third, byte fourth) {
    this.first = first;
    this.second = second;
    this.third = third;
    this.fourth = fourth;
    this.firstWord = (first & 0xffL) * LOW_BITS;
    this.secondWord = (second & 0xffL) * LOW_BITS;
    this.thirdWord = (third & 0xffL) * LOW_BITS;
    this.fourthWord = (fourth & 0xffL) * LOW_BITS;
  }

  static ByteScanner of(int first, int second, int third) {
    return of(first, second, third, third);
  }

  static ByteScanner of(int first, int second, int third, int fourth) {
    return new ByteScanner((byte) first, (byte) second, (byte) third, (byte) fourth);
  }

  /** Index of the first match from {@code from}, or {@code end}. */
  int find(byte[] bytes, int from, int end) {
    int at = from;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      long word = (long) WORD.get(bytes, at);
      long matches =
          zeroBytes(word ^ firstWord)
              | zeroBytes(word ^ secondWord)
              | zeroBytes(word ^ thirdWord)
              | zeroBytes(word ^ fourthWord);
      if (matches != 0) {
        return at + (Long.numberOfTrailingZeros(matches) >>> 3);
      }
    }
    for (; at < end; at++) {
      byte value = bytes[at];
      if (value == first || value == second || value == third || value == fourth) {
        return at;
      }
    }
    return end;
  }

  /** High bit set in the lowest zero byte; bytes above it may be set wrongly. */
  private static long zeroBytes(long word) {
    return (word - LOW_BITS) & ~word & HIGH_BITS;
  }
}
