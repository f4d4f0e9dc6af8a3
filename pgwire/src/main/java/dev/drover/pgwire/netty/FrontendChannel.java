package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.ClientEncoding;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Optional;

/**
 * A client's connection as its session sees it.
 *
 * <p>Threads: confined to {@link #loop}.
 */
public final class FrontendChannel {
  private final Channel channel;
  private final FrontendHandler handler;
  private final Outbound outbound;
  private Optional<ClientEncoding> encoding = Optional.empty();

  FrontendChannel(Channel channel, FrontendHandler handler, Outbound outbound) {
    this.channel = requireNonNull(channel);
    this.handler = requireNonNull(handler);
    this.outbound = requireNonNull(outbound);
  }

  public EventLoop loop() {
    return channel.eventLoop();
  }

  /** The client's address; the socket's own for a Unix socket, whose clients have none. */
  public SocketAddress remote() {
    SocketAddress remote = channel.remoteAddress();
    return remote == null ? channel.localAddress() : remote;
  }

  /** Whether the client runs on this machine: Unix socket or loopback address. */
  public boolean loopback() {
    return switch (remote()) {
      case InetSocketAddress tcp -> tcp.getAddress().isLoopbackAddress();
      case DomainSocketAddress _ -> true;
      case UnixDomainSocketAddress _ -> true;
      default -> false;
    };
  }

  /**
   * The buffer for control messages; what is appended leaves in order with what is forwarded.
   *
   * <p>To be asked for anew after each call of {@link #forward} and {@link #flush}.
   */
  public ByteBuf out() {
    return outbound.out();
  }

  /** Sends frames as they are; the buffer's ownership moves here. */
  public void forward(ByteBuf retained) {
    outbound.forward(retained);
  }

  /** The client's encoding from now on; empty for UTF-8. */
  public void encoding(Optional<ClientEncoding> next) {
    outbound.encoding(next);
    encoding = next;
  }

  public Optional<ClientEncoding> encoding() {
    return encoding;
  }

  public void flush() {
    outbound.flush();
  }

  /** Whether few enough bytes are unsent; a closed channel is not writable. */
  public boolean writable() {
    return channel.isWritable();
  }

  /** The client has authenticated: lifts the time limit and the small cap on messages. */
  public void authenticated() {
    handler.authenticated();
  }

  /** No message comes until {@link #resume}; the client's bytes stay in its socket. */
  public void pause() {
    handler.pause();
  }

  /** Messages come again, never from within this call. */
  public void resume() {
    handler.resume();
  }

  /** Sends what is there, then closes; no message comes any more. */
  public void closeAfterFlush() {
    handler.closeAfterFlush();
  }
}
