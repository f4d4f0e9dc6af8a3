package dev.drover.pgwire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Collection;

/**
 * Writes the frame around a message's body and the few shapes that bodies are made of.
 *
 * <pre>
 * type    1 byte
 * length  4 bytes, counts itself and the body
 * body
 * </pre>
 */
final class Frames {
  static final int NULL_LENGTH = -1;

  private Frames() {}

  /** Opens a frame; the result goes to {@link #end}. */
  static int begin(ByteBuf out, byte type) {
    out.writeByte(type);
    return beginUntyped(out);
  }

  /** Opens a packet without a type byte, as the first ones of a connection are. */
  static int beginUntyped(ByteBuf out) {
    int lengthIndex = out.writerIndex();
    out.writeInt(0);
    return lengthIndex;
  }

  static void end(ByteBuf out, int lengthIndex) {
    out.setInt(lengthIndex, out.writerIndex() - lengthIndex);
  }

  static void empty(ByteBuf out, byte type) {
    out.writeByte(type);
    out.writeInt(Protocol.LENGTH_BYTES);
  }

  /** A frame that holds one string. */
  static void ofString(ByteBuf out, byte type, String text) {
    int frame = begin(out, type);
    string(out, text);
    end(out, frame);
  }

  static void string(ByteBuf out, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a protocol string holds no zero byte");
    }
    ByteBufUtil.writeUtf8(out, text);
    out.writeByte(0);
  }

  static void value(ByteBuf out, byte[] valueOrNull) {
    if (valueOrNull == null) {
      out.writeInt(NULL_LENGTH);
      return;
    }
    out.writeInt(valueOrNull.length);
    out.writeBytes(valueOrNull);
  }

  static void shorts(ByteBuf out, int[] values) {
    count(out, values.length);
    for (int value : values) {
      out.writeShort(value);
    }
  }

  static void ints(ByteBuf out, int[] values) {
    count(out, values.length);
    for (int value : values) {
      out.writeInt(value);
    }
  }

  static void count(ByteBuf out, Collection<?> items) {
    count(out, items.size());
  }

  static void count(ByteBuf out, int items) {
    if (items > Protocol.MAX_ITEMS) {
      throw new IllegalArgumentException(
          "a message holds at most %d items, not %d".formatted(Protocol.MAX_ITEMS, items));
    }
    out.writeShort(items);
  }
}
