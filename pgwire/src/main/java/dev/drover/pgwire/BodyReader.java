package dev.drover.pgwire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the shapes that message bodies are made of and refuses with 08P01 what does not fit.
 *
 * <p>Source: PostgreSQL 18, src/backend/libpq/pqformat.c.
 */
final class BodyReader {
  /** Up to here a look for other than ASCII is cheaper than a decoder. */
  private static final int SHORT_STRING_BYTES = 64;

  private BodyReader() {}

  static byte int8(ByteBuf body) {
    need(body, Byte.BYTES);
    return body.readByte();
  }

  static int int16(ByteBuf body) {
    need(body, Short.BYTES);
    return body.readUnsignedShort();
  }

  static int int32(ByteBuf body) {
    need(body, Integer.BYTES);
    return body.readInt();
  }

  /** A count of items of at least {@code itemBytes} each, all of which must still fit. */
  static int count(ByteBuf body, int itemBytes) {
    int items = int16(body);
    need(body, items * itemBytes);
    return items;
  }

  static int[] shorts(ByteBuf body) {
    int[] values = new int[count(body, Short.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = body.readUnsignedShort();
    }
    return values;
  }

  static int[] ints(ByteBuf body) {
    int[] values = new int[count(body, Integer.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = body.readInt();
    }
    return values;
  }

  /** A string in valid UTF-8, as a client must send it. */
  static String string(ByteBuf body) {
    int length = stringLength(body);
    if (length == 0) {
      body.skipBytes(1);
      return "";
    }
    int start = body.readerIndex();
    body.skipBytes(length + 1);
    if (length <= SHORT_STRING_BYTES && isAscii(body, start, length)) {
      return body.toString(start, length, StandardCharsets.US_ASCII);
    }
    ByteBuffer bytes = body.nioBuffer(start, length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException invalid) {
      throw SqlError.of(
          SqlState.CHARACTER_NOT_IN_REPERTOIRE, "invalid byte sequence for encoding \"UTF8\"");
    }
  }

  /** The bytes of a string, whatever its encoding. */
  static byte[] stringBytes(ByteBuf body) {
    byte[] bytes = new byte[stringLength(body)];
    body.readBytes(bytes);
    body.skipBytes(1);
    return bytes;
  }

  /** A value with its length in front, or null for SQL's NULL. */
  static byte[] valueOrNull(ByteBuf body) {
    int length = valueLength(body);
    if (length == Frames.NULL_LENGTH) {
      return null;
    }
    byte[] bytes = new byte[length];
    body.readBytes(bytes);
    return bytes;
  }

  /** The length of a value whose bytes are all there, or -1 for NULL. */
  static int valueLength(ByteBuf body) {
    int length = int32(body);
    if (length < Frames.NULL_LENGTH) {
      throw violation("invalid value length %d in message".formatted(length));
    }
    need(body, Math.max(length, 0));
    return length;
  }

  static byte[] rest(ByteBuf body) {
    byte[] bytes = new byte[body.readableBytes()];
    body.readBytes(bytes);
    return bytes;
  }

  static void end(ByteBuf body) {
    if (body.isReadable()) {
      throw violation("invalid message format");
    }
  }

  static void need(ByteBuf body, int bytes) {
    if (body.readableBytes() < bytes) {
      throw violation("insufficient data left in message");
    }
  }

  static SqlError violation(String message) {
    return SqlError.of(SqlState.PROTOCOL_VIOLATION, message);
  }

  private static boolean isAscii(ByteBuf body, int start, int length) {
    for (int i = start; i < start + length; i++) {
      if (body.getByte(i) < 0) {
        return false;
      }
    }
    return true;
  }

  private static int stringLength(ByteBuf body) {
    int length = body.bytesBefore((byte) 0);
    if (length < 0) {
      throw violation("invalid string in message");
    }
    return length;
  }
}
