package dev.drover.coordinator.copy;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.buffer.ByteBuf;

/**
 * The part of the client's stream that has arrived and is not yet cut into rows.
 *
 * <p>A row is copied into it once; it grows to the size of the row that does not fit and returns to
 * its usual size afterwards.
 *
 * <p>Invariant: {@code start <= scan <= end}; the row being cut begins at {@code start}.
 *
 * <p>Threads: confined to one.
 */
final class RowWindow {
  private static final int USUAL_BYTES = 64 * 1024;
  private static final int MAX_ARRAY_BYTES = Integer.MAX_VALUE - Long.BYTES;

  byte[] bytes = new byte[USUAL_BYTES];
  int start;
  int scan;
  int end;

  /** No byte will follow. */
  boolean complete;

  private final int maxRowBytes;

  RowWindow(int maxRowBytes) {
    this.maxRowBytes = maxRowBytes;
  }

  /** Takes all readable bytes. */
  void append(ByteBuf chunk) {
    int length = chunk.readableBytes();
    if (bytes.length - end < length) {
      makeRoom(length);
    }
    chunk.readBytes(bytes, end, length);
    end += length;
  }

  /** The row that begins at {@code start} has this many bytes at least. */
  void checkRowBytes(long length) {
    if (length > maxRowBytes) {
      throw SqlError.of(SqlState.PROGRAM_LIMIT_EXCEEDED, "out of memory")
          .withDetail("A row of COPY data is longer than " + maxRowBytes + " bytes.");
    }
  }

  /** The next row begins where this one ended. */
  void advanceTo(int next) {
    start = next;
    scan = next;
  }

  /** The array in use, of which what follows the last row is copied to a new one. */
  byte[] giveAway() {
    byte[] given = bytes;
    int live = end - start;
    bytes = new byte[Math.max(USUAL_BYTES, live)];
    System.arraycopy(given, start, bytes, 0, live);
    scan -= start;
    start = 0;
    end = live;
    return given;
  }

  private void makeRoom(int length) {
    int live = end - start;
    long needed = Math.addExact(live, length);
    byte[] target = bytes;
    if (needed > bytes.length) {
      checkRowBytes(live);
      target = new byte[(int) Math.min(Math.max(needed, 2L * bytes.length), MAX_ARRAY_BYTES)];
    } else if (needed <= USUAL_BYTES && bytes.length > USUAL_BYTES) {
      target = new byte[USUAL_BYTES];
    }
    System.arraycopy(bytes, start, target, 0, live);
    bytes = target;
    scan -= start;
    start = 0;
    end = live;
  }
}
