package dev.drover.pgwire;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.MessageType.Frontend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Converts between a client's encoding of one byte per character and UTF-8, as PostgreSQL's own
 * tables have it.
 *
 * <p>A whole message body goes in and comes out; only its texts change. Values in binary format
 * stay as they are.
 *
 * <p>Threads: immutable.
 */
public final class ClientEncoding {
  private static final int FIRST_HIGH = 128;
  private static final int BYTES = 256;
  private static final int UNUSED = -1;

  private final String name;
  private final int[] toUnicode = new int[BYTES];
  private final Map<Integer, Byte> fromUnicode = new HashMap<>();

  /** {@code high} has the code points of the bytes from 128 on; -1 for bytes without any. */
  public ClientEncoding(String name, int[] high) {
    this.name = requireNonNull(name);
    for (int i = 0; i < BYTES; i++) {
      toUnicode[i] = i < FIRST_HIGH ? i : high[i - FIRST_HIGH];
      if (toUnicode[i] != UNUSED) {
        fromUnicode.putIfAbsent(toUnicode[i], (byte) i);
      }
    }
  }

  public String name() {
    return name;
  }

  /** What a client has sent, in UTF-8; the result is the caller's to release. */
  public ByteBuf decode(byte type, ByteBuf body) {
    ByteBuf out = Unpooled.buffer(body.readableBytes() + Long.BYTES);
    switch (type) {
      case Frontend.QUERY, Frontend.COPY_DATA, Frontend.COPY_FAIL, Frontend.EXECUTE ->
          decodeLeading(type, body, out);
      case Frontend.PARSE -> {
        decodeString(body, out);
        decodeString(body, out);
      }
      case Frontend.DESCRIBE, Frontend.CLOSE -> {
        out.writeByte(body.readByte());
        decodeString(body, out);
      }
      case Frontend.BIND -> {
        decodeString(body, out);
        decodeString(body, out);
        decodeValues(body, out);
      }
      case Frontend.FUNCTION_CALL -> {
        out.writeInt(body.readInt());
        decodeValues(body, out);
      }
      default -> {
        // Nothing but bytes.
      }
    }
    return out.writeBytes(body);
  }

  private void decodeLeading(byte type, ByteBuf body, ByteBuf out) {
    if (type == Frontend.EXECUTE) {
      decodeString(body, out);
    } else {
      decodeBytes(body, body.readableBytes(), out);
    }
  }

  private void decodeString(ByteBuf body, ByteBuf out) {
    int length = body.bytesBefore((byte) 0);
    if (length < 0) {
      throw SqlError.of(SqlState.PROTOCOL_VIOLATION, "invalid string in message");
    }
    decodeBytes(body, length + 1, out);
  }

  private void decodeValues(ByteBuf body, ByteBuf out) {
    int formats = body.readUnsignedShort();
    boolean[] binary = new boolean[formats];
    out.writeShort(formats);
    for (int i = 0; i < formats; i++) {
      int format = body.readShort();
      binary[i] = format != Protocol.TEXT_FORMAT;
      out.writeShort(format);
    }
    int values = body.readUnsignedShort();
    out.writeShort(values);
    for (int i = 0; i < values; i++) {
      int length = body.readInt();
      boolean asIs = formats > 0 && binary[Math.min(i, formats - 1)];
      int at = out.writerIndex();
      out.writeInt(length);
      if (length > 0 && asIs) {
        out.writeBytes(body, length);
      } else if (length > 0) {
        decodeBytes(body, length, out);
        out.setInt(at, out.writerIndex() - at - Integer.BYTES);
      }
    }
  }

  private void decodeBytes(ByteBuf body, int length, ByteBuf out) {
    for (int i = 0; i < length; i++) {
      int b = body.readByte() & 0xff;
      if (b < FIRST_HIGH) {
        out.writeByte(b);
      } else if (toUnicode[b] == UNUSED) {
        throw untranslatable(new byte[] {(byte) b}, name, "UTF8");
      } else {
        out.writeBytes(Character.toString(toUnicode[b]).getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  /**
   * What a server says, for the client. {@code binary} tells of a row's columns, empty for none.
   */
  public ByteBuf encode(byte type, ByteBuf body, boolean[] binary) {
    ByteBuf out = Unpooled.buffer(body.readableBytes());
    switch (type) {
      case Backend.DATA_ROW -> encodeRow(body, binary, out);
      case Backend.COPY_DATA -> encodeBytes(body, body.readableBytes(), out, false);
      case Backend.ERROR, Backend.NOTICE, Backend.PARAMETER_STATUS, Backend.COMMAND_COMPLETE ->
          encodeBytes(body, body.readableBytes(), out, true);
      case Backend.NOTIFICATION -> {
        out.writeInt(body.readInt());
        encodeBytes(body, body.readableBytes(), out, true);
      }
      case Backend.ROW_DESCRIPTION -> encodeColumns(body, out);
      default -> out.writeBytes(body);
    }
    return out;
  }

  private void encodeRow(ByteBuf body, boolean[] binary, ByteBuf out) {
    int columns = body.readUnsignedShort();
    out.writeShort(columns);
    for (int i = 0; i < columns; i++) {
      int length = body.readInt();
      int at = out.writerIndex();
      out.writeInt(length);
      if (length > 0 && i < binary.length && binary[i]) {
        out.writeBytes(body, length);
      } else if (length > 0) {
        encodeBytes(body, length, out, false);
        out.setInt(at, out.writerIndex() - at - Integer.BYTES);
      }
    }
  }

  private void encodeColumns(ByteBuf body, ByteBuf out) {
    int columns = body.readUnsignedShort();
    out.writeShort(columns);
    for (int i = 0; i < columns; i++) {
      encodeBytes(body, body.bytesBefore((byte) 0) + 1, out, true);
      out.writeBytes(body, FIELD_BYTES);
    }
  }

  /** Behind a column's name: table, attribute, type, length, modifier and format. */
  private static final int FIELD_BYTES = 18;

  private void encodeBytes(ByteBuf body, int length, ByteBuf out, boolean lenient) {
    int end = body.readerIndex() + length;
    while (body.readerIndex() < end) {
      int b = body.getByte(body.readerIndex());
      if (b >= 0) {
        out.writeByte(b);
        body.skipBytes(1);
        continue;
      }
      byte[] character = new byte[Math.min(utf8Length(b), end - body.readerIndex())];
      body.readBytes(character);
      int code = new String(character, StandardCharsets.UTF_8).codePointAt(0);
      Byte encoded = fromUnicode.get(code);
      if (encoded == null && !lenient) {
        throw untranslatable(character, "UTF8", name);
      }
      out.writeByte(encoded == null ? '?' : encoded);
    }
  }

  private static int utf8Length(int first) {
    int b = first & 0xff;
    if (b >= 0xf0) {
      return 4;
    }
    return b >= 0xe0 ? 3 : 2;
  }

  private static SqlError untranslatable(byte[] character, String from, String to) {
    String bytes =
        HexFormat.of()
            .formatHex(character)
            .chars()
            .mapToObj(Character::toString)
            .collect(Collectors.joining())
            .replaceAll("..", "0x$0 ")
            .strip();
    return SqlError.of(
        SqlState.UNTRANSLATABLE_CHARACTER,
        "character with byte sequence %s in encoding \"%s\" has no equivalent in encoding \"%s\""
            .formatted(bytes, from, to));
  }
}
