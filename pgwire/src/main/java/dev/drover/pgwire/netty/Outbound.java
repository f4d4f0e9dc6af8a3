package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.ClientEncoding;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.Protocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.Optional;

/**
 * The bytes on their way out of one channel: control messages gathered in one buffer, slices that
 * pass through between them, in the order of the calls.
 *
 * <p>Writes carry no promise; a failed one closes the channel. After {@link #close} everything is
 * dropped.
 *
 * <p>Threads: confined to the channel's loop.
 */
final class Outbound {
  /** A slice up to here is cheaper copied than written on its own. */
  static final int MAX_COPIED_BYTES = 4096;

  private static final int INITIAL_BYTES = 1024;

  /** A buffer of control messages is handed to the channel when it has this many bytes. */
  private static final int CUT_BYTES = 32 << 10;

  private static final boolean[] NO_COLUMNS = {};

  private final Channel channel;
  private ByteBuf out;
  private Optional<ClientEncoding> encoding = Optional.empty();
  private boolean unflushed;
  private boolean closed;

  Outbound(Channel channel) {
    this.channel = requireNonNull(channel);
  }

  ByteBuf out() {
    if (closed) {
      return Unpooled.buffer();
    }
    if (out != null && out.readableBytes() >= CUT_BYTES) {
      cut();
    }
    if (out == null) {
      out = channel.alloc().directBuffer(INITIAL_BYTES);
    }
    return out;
  }

  /** Takes ownership. */
  void forward(ByteBuf slice) {
    if (closed) {
      slice.release();
      return;
    }
    if (slice.readableBytes() <= MAX_COPIED_BYTES) {
      try {
        out().writeBytes(slice);
      } finally {
        slice.release();
      }
      return;
    }
    cut();
    unflushed = true;
    var _ = channel.write(slice, channel.voidPromise());
  }

  void flush() {
    cut();
    if (unflushed) {
      unflushed = false;
      channel.flush();
    }
  }

  /** What comes from now on is for a client of this encoding; rows come converted. */
  void encoding(Optional<ClientEncoding> next) {
    cut();
    encoding = next;
  }

  private static ByteBuf recoded(ByteBuf frames, ClientEncoding encoding) {
    ByteBuf result = Unpooled.buffer(frames.readableBytes());
    while (frames.isReadable()) {
      byte type = frames.readByte();
      ByteBuf body = frames.readSlice(frames.readInt() - Protocol.LENGTH_BYTES);
      boolean row = type == Backend.DATA_ROW || type == Backend.COPY_DATA;
      ByteBuf text = row ? body : encoding.encode(type, body, NO_COLUMNS);
      result.writeByte(type).writeInt(text.readableBytes() + Protocol.LENGTH_BYTES);
      result.writeBytes(text);
    }
    frames.release();
    return result;
  }

  /** Drops what has not been handed to the channel, and all that comes later. */
  void close() {
    closed = true;
    if (out != null) {
      out.release();
      out = null;
    }
  }

  private void cut() {
    if (out == null) {
      return;
    }
    ByteBuf gathered = out;
    out = null;
    if (!gathered.isReadable()) {
      gathered.release();
      return;
    }
    if (encoding.isPresent()) {
      gathered = recoded(gathered, encoding.get());
    }
    unflushed = true;
    var _ = channel.write(gathered, channel.voidPromise());
  }
}
