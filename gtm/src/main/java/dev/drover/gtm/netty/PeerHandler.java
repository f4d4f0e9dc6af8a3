package dev.drover.gtm.netty;

import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.MessageCodec;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands messages to a {@link Peer} and closes the connection on anything unexpected.
 *
 * <p>Threads: confined to the event loop, its {@link MessageSink} apart.
 */
final class PeerHandler extends SimpleChannelInboundHandler<GtmMessage> {
  private static final Logger log = LoggerFactory.getLogger(PeerHandler.class);

  private final Peer peer;
  private final FrameDecoder decoder;

  PeerHandler(Peer peer, FrameDecoder decoder) {
    this.peer = peer;
    this.decoder = decoder;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    peer.opened(new ChannelSink(context.channel(), decoder));
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, GtmMessage message) {
    peer.received(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    peer.closed();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    log.warn(
        "event=gtm_connection_broken remote={} reason=\"{}\"",
        context.channel().remoteAddress(),
        cause.getMessage());
    var _ = context.close();
  }

  private record ChannelSink(Channel channel, FrameDecoder decoder) implements MessageSink {
    @Override
    public void send(GtmMessage message) {
      if (!channel.isWritable()) {
        close();
        return;
      }
      ByteBuf frame = channel.alloc().buffer();
      frame.writeInt(0);
      MessageCodec.encode(message, frame);
      frame.setInt(0, frame.readableBytes() - Integer.BYTES);
      var _ = channel.writeAndFlush(frame, channel.voidPromise());
    }

    @Override
    public void trust() {
      decoder.trust();
    }

    @Override
    public void close() {
      var _ = channel.close();
    }

    @Override
    public String remoteAddress() {
      return String.valueOf(channel.remoteAddress());
    }
  }
}
