package dev.drover.gtm.netty;

import dev.drover.gtm.protocol.MessageCodec;
import dev.drover.gtm.protocol.WireReader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Cuts the stream into messages; until the other side is trusted only short ones are let in.
 *
 * <p>Threads: confined to the event loop.
 */
final class FrameDecoder extends ByteToMessageDecoder {
  /** Enough for the handshake. Units: bytes. */
  static final int MAX_UNTRUSTED_FRAME_BYTES = 1024;

  private int maxFrameBytes = MAX_UNTRUSTED_FRAME_BYTES;

  void trust() {
    maxFrameBytes = MessageCodec.MAX_FRAME_BYTES;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (in.readableBytes() < Integer.BYTES) {
      return;
    }
    int length = in.getInt(in.readerIndex());
    if (length < 1 || length > maxFrameBytes) {
      // Nothing that follows can be understood, nor is to be looked at again.
      in.skipBytes(in.readableBytes());
      throw WireReader.malformed("a frame of " + length + " bytes");
    }
    if (in.readableBytes() < Integer.BYTES + length) {
      return;
    }
    in.skipBytes(Integer.BYTES);
    out.add(MessageCodec.decode(in.readSlice(length)));
  }
}
