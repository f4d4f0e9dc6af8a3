package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a channel so that the peer gets what was sent last: sends it, ends the outgoing side,
 * waits a moment for the peer to close, then closes.
 *
 * <p>A peer that does not read is cut off after {@link #MAX_SEND_TIME}.
 */
final class LingeringClose {
  private static final Duration MAX_SEND_TIME = Duration.ofSeconds(10);
  private static final Duration LINGER_TIME = Duration.ofSeconds(1);

  private final Channel channel;
  private Future<?> timer;

  LingeringClose(Channel channel) {
    this.channel = requireNonNull(channel);
  }

  /** {@code now}: the peer has said that it is leaving, so nothing of its is unread. */
  void start(boolean now) {
    timer = closeIn(MAX_SEND_TIME);
    channel.closeFuture().addListener(_ -> timer.cancel(false));
    channel.config().setAutoRead(true);
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> sent(now));
  }

  private void sent(boolean now) {
    if (now || !channel.isActive() || !(channel instanceof DuplexChannel duplex)) {
      close();
      return;
    }
    timer.cancel(false);
    timer = closeIn(LINGER_TIME);
    var _ = duplex.shutdownOutput();
  }

  private Future<?> closeIn(Duration delay) {
    return channel.eventLoop().schedule(this::close, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void close() {
    var _ = channel.close();
  }
}
