package dev.drover.coordinator.copy;

import dev.drover.pgwire.MessageType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The fixed parts of COPY's binary format. */
final class BinaryHeader {
  static final int SIGNATURE_BYTES = 11;

  /** Signature, no flags, no extension. */
  private static final byte[] HEADER =
      "PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);

  private static final byte[] TRAILER = {-1, -1};

  private BinaryHeader() {}

  /** Length of a header without extension. */
  static int headerBytes() {
    return HEADER.length;
  }

  /** What opens a stream, as a CopyData message. */
  static byte[] headerMessage() {
    return message(HEADER);
  }

  /** What ends a stream, as a CopyData message. */
  static byte[] trailerMessage() {
    return message(TRAILER);
  }

  /** The bytes are the beginning of the signature. */
  static boolean startsSignature(byte[] bytes, int offset, int length) {
    return Arrays.equals(HEADER, 0, length, bytes, offset, offset + length);
  }

  private static byte[] message(byte[] payload) {
    return ByteBuffer.allocate(1 + Integer.BYTES + payload.length)
        .put(MessageType.Frontend.COPY_DATA)
        .putInt(Integer.BYTES + payload.length)
        .put(payload)
        .array();
  }
}
