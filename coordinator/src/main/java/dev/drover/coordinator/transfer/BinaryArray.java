package dev.drover.coordinator.transfer;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The binary form of a one-dimensional array.
 *
 * <pre>
 * dimensions(int32) has nulls(int32) element type(int32) length(int32) lower bound(int32)
 * { length(int32), -1 for NULL; bytes }...
 * </pre>
 *
 * <p>Source: PostgreSQL 18 {@code array_recv}.
 */
final class BinaryArray {
  private static final int HEAD_BYTES = 5 * Integer.BYTES;

  private BinaryArray() {}

  static byte[] of(int elementType, List<Optional<byte[]>> values) {
    int length = HEAD_BYTES;
    boolean nulls = false;
    for (Optional<byte[]> value : values) {
      length += Integer.BYTES + value.map(bytes -> bytes.length).orElse(0);
      nulls |= value.isEmpty();
    }
    ByteBuffer out = ByteBuffer.allocate(length);
    out.putInt(1).putInt(nulls ? 1 : 0).putInt(elementType).putInt(values.size()).putInt(1);
    for (Optional<byte[]> value : values) {
      out.putInt(value.map(bytes -> bytes.length).orElse(-1));
      value.ifPresent(out::put);
    }
    return out.array();
  }
}
