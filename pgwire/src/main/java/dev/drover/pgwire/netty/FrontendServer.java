package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket on which clients connect; each gets a listener of its own, on one of the loops.
 *
 * <p>Threads: thread-safe; listeners are made on the loop of their channel.
 */
public final class FrontendServer {
  private static final Logger LOG = LoggerFactory.getLogger(FrontendServer.class);

  private final ServerAddress address;
  private final Channel channel;

  private FrontendServer(ServerAddress address, Channel channel) {
    this.address = requireNonNull(address);
    this.channel = requireNonNull(channel);
  }

  /** Listens; port 0 lets the system choose. Fails with a {@link SqlError} of 08000. */
  public static Future<FrontendServer> bind(
      Transport transport,
      ServerAddress address,
      FrontendOptions options,
      Supplier<? extends FrontendListener> listeners) {
    EventLoop loop = transport.next();
    Promise<FrontendServer> bound = loop.newPromise();
    removeDeadSocket(address);
    ChannelHandler acceptor = new Acceptor(options, listeners);
    var binding = transport.server(address, acceptor).bind(transport.local(address));
    binding.addListener(
        _ -> {
          if (binding.isSuccess()) {
            bound.setSuccess(new FrontendServer(address, binding.channel()));
          } else {
            bound.setFailure(cannotListen(address, binding.cause()));
          }
        });
    return bound;
  }

  public SocketAddress localAddress() {
    return channel.localAddress();
  }

  /** The TCP port; 0 for a Unix socket. */
  public int port() {
    return channel.localAddress() instanceof InetSocketAddress tcp ? tcp.getPort() : 0;
  }

  /** Takes no more clients; those that are connected stay. */
  public Future<Void> close() {
    Future<Void> closed = channel.close();
    if (address instanceof ServerAddress.UnixSocket(Path path)) {
      closed.addListener(_ -> delete(path));
    }
    return closed;
  }

  /** A socket file on which nobody answers is what a killed process left. */
  private static void removeDeadSocket(ServerAddress address) {
    if (!(address instanceof ServerAddress.UnixSocket(Path path)) || !Files.exists(path)) {
      return;
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException _) {
      delete(path);
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException failure) {
      LOG.warn("event=socket_file_stays path={} reason={}", path, failure.toString());
    }
  }

  private static SqlError cannotListen(ServerAddress address, Throwable cause) {
    return SqlError.of(
        SqlState.CONNECTION_EXCEPTION,
        "could not listen on %s: %s".formatted(address, cause.getMessage()));
  }

  /** Gives each new channel its one handler. */
  private static final class Acceptor extends ChannelInitializer<Channel> {
    private final FrontendOptions options;
    private final Supplier<? extends FrontendListener> listeners;

    Acceptor(FrontendOptions options, Supplier<? extends FrontendListener> listeners) {
      this.options = requireNonNull(options);
      this.listeners = requireNonNull(listeners);
    }

    @Override
    protected void initChannel(Channel accepted) {
      accepted.pipeline().addLast(new FrontendHandler(options, listeners.get()));
    }
  }
}
