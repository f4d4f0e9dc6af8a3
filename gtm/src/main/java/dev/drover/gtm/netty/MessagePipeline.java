package dev.drover.gtm.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Sets up a connection: frames, messages, and an end to it when the other side falls silent.
 *
 * <p>Threads: immutable.
 */
public final class MessagePipeline extends ChannelInitializer<Channel> {
  /** What may wait for the other side to read it. Units: bytes. */
  private static final int MAX_UNSENT_BYTES = 8 * 1024 * 1024;

  private final Supplier<Peer> peers;
  private final Duration maxSilence;

  public MessagePipeline(Supplier<Peer> peers, Duration maxSilence) {
    this.peers = peers;
    this.maxSilence = maxSilence;
  }

  @Override
  protected void initChannel(Channel channel) {
    channel
        .config()
        .setWriteBufferWaterMark(new WriteBufferWaterMark(MAX_UNSENT_BYTES / 2, MAX_UNSENT_BYTES));
    FrameDecoder decoder = new FrameDecoder();
    channel
        .pipeline()
        .addLast(new ReadTimeoutHandler(maxSilence.toMillis(), TimeUnit.MILLISECONDS))
        .addLast(decoder)
        .addLast(new PeerHandler(peers.get(), decoder));
  }
}
