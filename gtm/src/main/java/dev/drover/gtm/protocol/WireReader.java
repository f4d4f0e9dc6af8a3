package dev.drover.gtm.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Reads what {@link WireWriter} wrote; anything malformed is an error of class 08P01.
 *
 * <p>Threads: confined to the caller.
 */
public final class WireReader {
  private final ByteBuf in;

  public WireReader(ByteBuf in) {
    this.in = in;
  }

  public int byteValue() {
    require(1);
    return in.readUnsignedByte();
  }

  public boolean bool() {
    int value = byteValue();
    if (value > 1) {
      throw malformed("a boolean is " + value);
    }
    return value == 1;
  }

  public int int32() {
    require(Integer.BYTES);
    return in.readInt();
  }

  public long int64() {
    require(Long.BYTES);
    return in.readLong();
  }

  public String string() {
    int length = byteValue();
    require(length);
    return in.readCharSequence(length, UTF_8).toString();
  }

  public <T> List<T> list(Function<WireReader, T> each) {
    require(Short.BYTES);
    int size = in.readUnsignedShort();
    if (size > WireWriter.MAX_LIST_SIZE) {
      throw malformed("a list has " + size + " entries");
    }
    List<T> values = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      values.add(each.apply(this));
    }
    return values;
  }

  /** Fails if bytes are left over. */
  public void end() {
    if (in.isReadable()) {
      throw malformed(in.readableBytes() + " bytes are left over");
    }
  }

  /** The error for bytes that no writer of this protocol makes. */
  public static SqlError malformed(String why) {
    return SqlError.of(SqlState.PROTOCOL_VIOLATION, "malformed message: " + why);
  }

  private void require(int bytes) {
    if (in.readableBytes() < bytes) {
      throw malformed("it ends too early");
    }
  }
}
