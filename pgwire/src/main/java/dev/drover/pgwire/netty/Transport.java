package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of a process and the kind of sockets on them: epoll where there is one, else
 * Java's own.
 *
 * <p>Threads: thread-safe.
 */
public final class Transport implements AutoCloseable {
  /** Unsent bytes of a channel at which it stops being writable. */
  static final int HIGH_WATER_BYTES = 256 << 10;

  /** Unsent bytes of a channel at which it is writable again. */
  static final int LOW_WATER_BYTES = 64 << 10;

  /** Copies short runs and cuts slices without an object for each, as the adaptive one does not. */
  private static final ByteBufAllocator BUFFERS = PooledByteBufAllocator.DEFAULT;

  private static final int MIN_READ_BYTES = 512;
  private static final int INITIAL_READ_BYTES = 8 << 10;
  private static final int MAX_READ_BYTES = 64 << 10;
  private static final int ACCEPT_BACKLOG = 1024;
  private static final Duration QUIET_PERIOD = Duration.ZERO;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final EventLoopGroup group;
  private final boolean epoll;

  private Transport(EventLoopGroup group, boolean epoll) {
    this.group = requireNonNull(group);
    this.epoll = epoll;
  }

  /** So many event loops, on epoll if it is available. */
  public static Transport create(int loops) {
    return Epoll.isAvailable()
        ? new Transport(group(loops, EpollIoHandler.newFactory()), true)
        : nio(loops);
  }

  /** So many event loops on Java's own sockets. */
  public static Transport nio(int loops) {
    return new Transport(group(loops, NioIoHandler.newFactory()), false);
  }

  public EventLoopGroup group() {
    return group;
  }

  /** The loops take turns. */
  public EventLoop next() {
    return group.next();
  }

  /** Stops the loops and waits for them; channels still open are closed. */
  @Override
  public void close() {
    group
        .shutdownGracefully(
            QUIET_PERIOD.toMillis(), CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly();
  }

  /** Connects on this loop; the name of the host is looked up elsewhere. */
  Future<Channel> connect(
      EventLoop loop, ServerAddress address, Duration timeout, ChannelHandler handler) {
    Promise<Channel> connected = loop.newPromise();
    Bootstrap bootstrap = client(loop, address, timeout).handler(handler);
    Future<SocketAddress> resolved = resolve(loop, address);
    resolved.addListener(
        _ -> {
          if (resolved.isSuccess()) {
            connect(bootstrap, resolved.getNow(), connected);
          } else {
            connected.tryFailure(resolved.cause());
          }
        });
    return connected;
  }

  ServerBootstrap server(ServerAddress address, ChannelHandler child) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(serverType(address))
            .option(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
            .childOption(ChannelOption.ALLOCATOR, BUFFERS)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark())
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, readAllocator())
            .childHandler(child);
    return switch (address) {
      case ServerAddress.Tcp _ ->
          bootstrap
              .option(ChannelOption.SO_REUSEADDR, true)
              .childOption(ChannelOption.TCP_NODELAY, true)
              .childOption(ChannelOption.SO_KEEPALIVE, true);
      case ServerAddress.UnixSocket _ -> bootstrap;
    };
  }

  /** The address without looking up names, for listening. */
  SocketAddress local(ServerAddress address) {
    return switch (address) {
      case ServerAddress.Tcp(String host, int port) -> new InetSocketAddress(host, port);
      case ServerAddress.UnixSocket unix -> file(unix);
    };
  }

  private static void connect(
      Bootstrap bootstrap, SocketAddress address, Promise<Channel> connected) {
    var connecting = bootstrap.connect(address);
    connecting.addListener(
        _ -> {
          if (!connecting.isSuccess()) {
            connected.tryFailure(connecting.cause());
          } else if (!connected.trySuccess(connecting.channel())) {
            var _ = connecting.channel().close();
          }
        });
  }

  private Bootstrap client(EventLoop loop, ServerAddress address, Duration timeout) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(clientType(address))
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis(timeout))
            .option(ChannelOption.ALLOCATOR, BUFFERS)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark())
            .option(ChannelOption.RECVBUF_ALLOCATOR, readAllocator());
    return switch (address) {
      case ServerAddress.Tcp _ ->
          bootstrap
              .option(ChannelOption.TCP_NODELAY, true)
              .option(ChannelOption.SO_KEEPALIVE, true);
      case ServerAddress.UnixSocket _ -> bootstrap;
    };
  }

  private Future<SocketAddress> resolve(EventLoop loop, ServerAddress address) {
    return switch (address) {
      case ServerAddress.UnixSocket unix -> loop.newSucceededFuture(file(unix));
      case ServerAddress.Tcp(String host, int port) when isLiteral(host) ->
          loop.newSucceededFuture(new InetSocketAddress(host, port));
      case ServerAddress.Tcp(String host, int port) -> lookUp(loop, host, port);
    };
  }

  /** Asking a name server blocks, so it is done beside the loop. */
  private static Future<SocketAddress> lookUp(EventLoop loop, String host, int port) {
    Promise<SocketAddress> found = loop.newPromise();
    Thread.ofVirtual()
        .name("drover-lookup")
        .start(
            () -> {
              try {
                found.setSuccess(new InetSocketAddress(InetAddress.getByName(host), port));
              } catch (UnknownHostException unknown) {
                found.setFailure(unknown);
              }
            });
    return found;
  }

  private SocketAddress file(ServerAddress.UnixSocket address) {
    return epoll
        ? new DomainSocketAddress(address.path().toFile())
        : UnixDomainSocketAddress.of(address.path());
  }

  private Class<? extends Channel> clientType(ServerAddress address) {
    return switch (address) {
      case ServerAddress.Tcp _ -> epoll ? EpollSocketChannel.class : NioSocketChannel.class;
      case ServerAddress.UnixSocket _ ->
          epoll ? EpollDomainSocketChannel.class : NioDomainSocketChannel.class;
    };
  }

  private Class<? extends ServerChannel> serverType(ServerAddress address) {
    return switch (address) {
      case ServerAddress.Tcp _ ->
          epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
      case ServerAddress.UnixSocket _ ->
          epoll ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class;
    };
  }

  private static boolean isLiteral(String host) {
    return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
  }

  private static int millis(Duration timeout) {
    return Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE);
  }

  private static WriteBufferWaterMark waterMark() {
    return new WriteBufferWaterMark(LOW_WATER_BYTES, HIGH_WATER_BYTES);
  }

  private static AdaptiveRecvByteBufAllocator readAllocator() {
    return new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, INITIAL_READ_BYTES, MAX_READ_BYTES);
  }

  private static EventLoopGroup group(int loops, IoHandlerFactory handlers) {
    ThreadFactory threads = new DefaultThreadFactory("drover-loop", true);
    return new MultiThreadIoEventLoopGroup(loops, threads, handlers);
  }
}
