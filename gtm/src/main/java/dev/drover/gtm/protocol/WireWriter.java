package dev.drover.gtm.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Writes the fields of messages and log records, big endian, strings and lists by their lengths.
 *
 * <p>Threads: confined to the caller.
 */
public final class WireWriter {
  /** Units: bytes of UTF-8. */
  public static final int MAX_STRING_BYTES = 255;

  /** Entries of one list. */
  public static final int MAX_LIST_SIZE = 10_000;

  private final ByteBuf out;

  public WireWriter(ByteBuf out) {
    this.out = out;
  }

  public WireWriter byteValue(int value) {
    out.writeByte(value);
    return this;
  }

  public WireWriter bool(boolean value) {
    out.writeBoolean(value);
    return this;
  }

  public WireWriter int32(int value) {
    out.writeInt(value);
    return this;
  }

  public WireWriter int64(long value) {
    out.writeLong(value);
    return this;
  }

  public WireWriter string(String value) {
    byte[] bytes = value.getBytes(UTF_8);
    if (bytes.length > MAX_STRING_BYTES) {
      throw new IllegalArgumentException("string of " + bytes.length + " bytes is too long");
    }
    out.writeByte(bytes.length).writeBytes(bytes);
    return this;
  }

  public <T> WireWriter list(List<T> values, BiConsumer<WireWriter, T> each) {
    if (values.size() > MAX_LIST_SIZE) {
      throw new IllegalArgumentException("list of " + values.size() + " entries is too long");
    }
    out.writeShort(values.size());
    values.forEach(value -> each.accept(this, value));
    return this;
  }
}
