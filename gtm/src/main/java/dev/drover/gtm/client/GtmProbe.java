package dev.drover.gtm.client;

import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.Challenge;
import dev.drover.gtm.protocol.GtmMessage.Hello;
import dev.drover.gtm.protocol.GtmMessage.StandingBy;
import dev.drover.gtm.protocol.GtmMessage.Welcome;
import dev.drover.gtm.protocol.Handshake;
import dev.drover.gtm.protocol.MessageCodec;
import dev.drover.gtm.protocol.Role;
import dev.drover.pgwire.SqlError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Asks a GTM whether it is the active one, and waits for the answer. Threads: immutable. */
public final class GtmProbe {
  private static final String NAME = "status";
  private static final int MAX_FRAME_BYTES = 1024;
  private static final int MILLIS_PER_SECOND = 1000;

  private final Handshake handshake;
  private final int limitMillis;

  public GtmProbe(String secret, int limitSeconds) {
    this.handshake = new Handshake(secret);
    this.limitMillis = limitSeconds * MILLIS_PER_SECOND;
  }

  /** Fails if nobody answers there in time who knows the cluster's secret. */
  public boolean isActive(GtmAddress gtm) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(gtm.host(), gtm.port()), limitMillis);
      socket.setSoTimeout(limitMillis);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      if (!(read(in) instanceof Challenge challenge)) {
        throw new IOException("no gtm listens at " + gtm);
      }
      Hello hello = handshake.hello(challenge, Role.AGENT, NAME);
      write(hello, new DataOutputStream(socket.getOutputStream()));
      return switch (read(in)) {
        case Welcome welcome when handshake.accepts(challenge, hello, welcome) -> true;
        case StandingBy _ -> false;
        case GtmMessage _ -> throw new IOException("the gtm does not know the cluster secret");
      };
    }
  }

  private static GtmMessage read(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 1 || length > MAX_FRAME_BYTES) {
      throw new IOException("no gtm's message has " + length + " bytes");
    }
    try {
      return MessageCodec.decode(Unpooled.wrappedBuffer(in.readNBytes(length)));
    } catch (SqlError e) {
      throw new IOException("no gtm says this", e);
    }
  }

  private static void write(GtmMessage message, DataOutputStream out) throws IOException {
    ByteBuf frame = Unpooled.buffer();
    MessageCodec.encode(message, frame);
    out.writeInt(frame.readableBytes());
    frame.readBytes(out, frame.readableBytes());
    out.flush();
  }
}
