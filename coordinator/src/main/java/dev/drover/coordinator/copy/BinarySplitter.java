package dev.drover.coordinator.copy;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Tuples of COPY's binary format.
 *
 * <pre>
 * signature(11) flags(int32) extension length(int32) extension
 * { fields(int16) { length(int32) bytes }... }...
 * -1(int16)
 * </pre>
 */
final class BinarySplitter implements RowSplitter {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final int CRITICAL_FLAGS = 0xffff0000;
  private static final int FLAG_OIDS = 1 << 16;
  private static final int NULL_LENGTH = -1;
  private static final int TRAILER = -1;
  private static final int FIXED_HEADER_BYTES = BinaryHeader.SIGNATURE_BYTES + 2 * Integer.BYTES;

  private final RowWindow window;
  private final int columns;
  private final int[] keyOfPosition;
  private final int[] starts;
  private final int[] lengths;

  private boolean headerPending = true;
  private boolean finished;
  private boolean trailerSeen;
  private long line;

  /** Fields of the current tuple passed so far; -1 before its count was read. */
  private int field = -1;

  /** Bytes of the current tuple passed so far; may lie beyond what has arrived. */
  private long passed;

  BinarySplitter(RowShape shape) {
    window = new RowWindow(shape.maxRowBytes());
    columns = shape.columns().size();
    keyOfPosition = shape.keyOfPosition();
    starts = new int[shape.keyPositions().size()];
    lengths = new int[shape.keyPositions().size()];
  }

  @Override
  public void feed(ByteBuf chunk) {
    if (trailerSeen && chunk.isReadable()) {
      throw bad("received copy data after EOF marker");
    }
    window.append(chunk);
  }

  @Override
  public void complete() {
    window.complete = true;
  }

  @Override
  public boolean next(CopyRow row) {
    if (finished || (headerPending && !readHeader())) {
      return false;
    }
    if (field < 0 && !readFieldCount()) {
      return false;
    }
    while (field < columns) {
      if (!readField()) {
        return starve();
      }
    }
    if (window.end - window.start < passed) {
      return starve();
    }
    take(row);
    return true;
  }

  @Override
  public boolean isFinished() {
    return finished;
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public byte[] terminator() {
    return new byte[0];
  }

  @Override
  public int innerLines(CopyRow row) {
    return 0;
  }

  @Override
  public byte[] giveAway(CopyRow row) {
    return window.giveAway();
  }

  private void take(CopyRow row) {
    line++;
    int start = window.start;
    row.set(window.bytes, start, start + (int) passed, true);
    row.setLine(line, 0, 0);
    for (int key = 0; key < starts.length; key++) {
      if (lengths[key] == NULL_LENGTH) {
        row.setKeyNull(key);
      } else {
        row.setKey(key, window.bytes, start + starts[key], lengths[key]);
      }
    }
    window.advanceTo(start + (int) passed);
    field = -1;
  }

  /** False when more bytes are needed or the stream ends here. */
  private boolean readFieldCount() {
    int available = window.end - window.start;
    if (available < Short.BYTES) {
      // Half a count before the end is the end, as in PostgreSQL.
      finished = window.complete;
      return false;
    }
    int count = (short) SHORT.get(window.bytes, window.start);
    if (count == TRAILER) {
      finished = true;
      trailerSeen = true;
      if (available > Short.BYTES) {
        throw bad("received copy data after EOF marker");
      }
      return false;
    }
    if (count != columns) {
      line++;
      throw bad("row field count is " + count + ", expected " + columns);
    }
    field = 0;
    passed = Short.BYTES;
    return true;
  }

  /** Passes one field, of which only the length need have arrived. */
  private boolean readField() {
    if (window.end - window.start < passed + Integer.BYTES) {
      return false;
    }
    int length = (int) INT.get(window.bytes, window.start + (int) passed);
    if (length < NULL_LENGTH) {
      line++;
      throw bad("invalid field size");
    }
    passed += Integer.BYTES;
    if (field < keyOfPosition.length && keyOfPosition[field] >= 0) {
      starts[keyOfPosition[field]] = (int) passed;
      lengths[keyOfPosition[field]] = length;
    }
    passed += Math.max(length, 0);
    window.checkRowBytes(passed);
    field++;
    return true;
  }

  private boolean starve() {
    if (window.complete) {
      line++;
      throw bad("unexpected EOF in COPY data");
    }
    return false;
  }

  private boolean readHeader() {
    int available = window.end - window.start;
    int signature = Math.min(available, BinaryHeader.SIGNATURE_BYTES);
    if (!BinaryHeader.startsSignature(window.bytes, window.start, signature)
        || (window.complete && available < BinaryHeader.SIGNATURE_BYTES)) {
      throw bad("COPY file signature not recognized");
    }
    if (available < FIXED_HEADER_BYTES) {
      if (window.complete) {
        boolean flags = available >= BinaryHeader.SIGNATURE_BYTES + Integer.BYTES;
        throw bad("invalid COPY file header (missing " + (flags ? "length)" : "flags)"));
      }
      return false;
    }
    int flags = (int) INT.get(window.bytes, window.start + BinaryHeader.SIGNATURE_BYTES);
    if ((flags & FLAG_OIDS) != 0) {
      throw bad("invalid COPY file header (WITH OIDS)");
    }
    if ((flags & CRITICAL_FLAGS) != 0) {
      throw bad("unrecognized critical flags in COPY file header");
    }
    return skipExtension(available);
  }

  private boolean skipExtension(int available) {
    int length = (int) INT.get(window.bytes, window.start + FIXED_HEADER_BYTES - Integer.BYTES);
    if (length < 0) {
      throw bad("invalid COPY file header (missing length)");
    }
    window.checkRowBytes((long) FIXED_HEADER_BYTES + length);
    if (available - FIXED_HEADER_BYTES < length) {
      if (window.complete) {
        throw bad("invalid COPY file header (wrong length)");
      }
      return false;
    }
    window.advanceTo(window.start + FIXED_HEADER_BYTES + length);
    headerPending = false;
    return true;
  }

  private static SqlError bad(String message) {
    return SqlError.of(SqlState.BAD_COPY_FILE_FORMAT, message);
  }
}
