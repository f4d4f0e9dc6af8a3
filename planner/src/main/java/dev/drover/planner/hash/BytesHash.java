package dev.drover.planner.hash;

/**
 * PostgreSQL's 64-bit hash of bytes with the seed of hash partitioning.
 *
 * <p>Source: PostgreSQL 15 {@code src/common/hashfn.c} ({@code hash_bytes_extended}, {@code
 * hash_bytes_uint32_extended}), after Bob Jenkins' lookup3; as little-endian servers compute it.
 *
 * <p>Threads: confined to one; the three words of state are fields, so that hashing allocates
 * nothing.
 */
final class BytesHash {
  /** {@code HASH_PARTITION_SEED}. */
  static final long SEED = 0x7A5B22367996DCFDL;

  private static final int INITIAL = 0x9e3779b9 + 3923095;
  private static final int BLOCK_BYTES = 12;

  private int a;
  private int b;
  private int c;

  /** Hash of a 32-bit value. */
  long of32(int value) {
    start(Integer.BYTES);
    a += value;
    return finish();
  }

  /** Hash of a 64-bit value: equal to that of the same 32-bit value. */
  long of64(long value) {
    int low = (int) value;
    int high = (int) (value >> 32);
    return of32(low ^ (value >= 0 ? high : ~high));
  }

  /** Hash of {@code length} bytes. */
  long of(byte[] bytes, int offset, int length) {
    start(length);
    int at = offset;
    int left = length;
    for (; left >= BLOCK_BYTES; at += BLOCK_BYTES, left -= BLOCK_BYTES) {
      a += word(bytes, at);
      b += word(bytes, at + 4);
      c += word(bytes, at + 8);
      mix();
    }
    addTail(bytes, at, left);
    return finish();
  }

  private void start(int length) {
    a = INITIAL + length;
    b = a;
    c = a;
    a += (int) (SEED >>> 32);
    b += (int) SEED;
    mix();
  }

  private static int word(byte[] bytes, int at) {
    return (bytes[at] & 0xff)
        | (bytes[at + 1] & 0xff) << 8
        | (bytes[at + 2] & 0xff) << 16
        | bytes[at + 3] << 24;
  }

  /** The last 0 to 11 bytes; the low byte of {@code c} is skipped, as lookup3 does. */
  private void addTail(byte[] bytes, int at, int left) {
    for (int i = 0; i < left; i++) {
      int value = bytes[at + i] & 0xff;
      if (i < 4) {
        a += value << (8 * i);
      } else if (i < 8) {
        b += value << (8 * (i - 4));
      } else {
        c += value << (8 * (i - 7));
      }
    }
  }

  private void mix() {
    a -= c;
    a ^= Integer.rotateLeft(c, 4);
    c += b;
    b -= a;
    b ^= Integer.rotateLeft(a, 6);
    a += c;
    c -= b;
    c ^= Integer.rotateLeft(b, 8);
    b += a;
    a -= c;
    a ^= Integer.rotateLeft(c, 16);
    c += b;
    b -= a;
    b ^= Integer.rotateLeft(a, 19);
    a += c;
    c -= b;
    c ^= Integer.rotateLeft(b, 4);
    b += a;
  }

  private long finish() {
    c ^= b;
    c -= Integer.rotateLeft(b, 14);
    a ^= c;
    a -= Integer.rotateLeft(c, 11);
    b ^= a;
    b -= Integer.rotateLeft(a, 25);
    c ^= b;
    c -= Integer.rotateLeft(b, 16);
    a ^= c;
    a -= Integer.rotateLeft(c, 4);
    b ^= a;
    b -= Integer.rotateLeft(a, 14);
    c ^= b;
    c -= Integer.rotateLeft(b, 24);
    return ((long) b << 32) | (c & 0xffffffffL);
  }
}
