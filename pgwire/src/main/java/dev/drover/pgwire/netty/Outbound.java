package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

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

  private final Channel channel;
  private ByteBuf out;
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
    unflushed = true;
    var _ = channel.write(gathered, channel.voidPromise());
  }
}
