package dev.drover.gtm.server;

import dev.drover.gtm.core.GtmFigures;
import dev.drover.gtm.core.GtmTerms;
import dev.drover.gtm.locks.LockGraphSource;
import dev.drover.gtm.log.GtmLog;
import dev.drover.gtm.netty.MessagePipeline;
import dev.drover.gtm.protocol.Handshake;
import dev.drover.gtm.protocol.NodeAddress;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running GTM: the sockets on one thread, the core with its log on another.
 *
 * <p>A log of its own that cannot be written, or a defect of the core, ends it: {@link #stopped}
 * then completes exceptionally and the process has to end too.
 *
 * <p>Threads: thread-safe.
 */
public final class GtmServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GtmServer.class);

  private static final Duration MAX_SILENCE = Duration.ofSeconds(5);
  private static final long SWEEP_SECONDS = 1;
  private static final long QUIET_MILLIS = 0;
  private static final long STOP_MILLIS = 2000;
  private static final int BACKLOG = 1024;

  private final EventLoopGroup group;
  private final Channel listener;
  private final CoreThread core;
  private final AtomicBoolean closing = new AtomicBoolean();

  private GtmServer(EventLoopGroup group, Channel listener, CoreThread core) {
    this.group = group;
    this.listener = listener;
    this.core = core;
  }

  /**
   * Recovers the state and serves it at this address, or stands by there.
   *
   * @param locks closed with the server
   */
  public static GtmServer start(
      InetSocketAddress address,
      Keeping keeping,
      Handshake handshake,
      GtmTerms terms,
      LockGraphSource locks)
      throws IOException {
    Inbox inbox = new Inbox();
    ServerConnections connections = new ServerConnections(inbox, gtms(keeping));
    LockPoller poller = new LockPoller(locks, inbox);
    Engine engine = engine(keeping, terms, inbox, new Outlet(connections, poller));
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("gtm-io", true), NioIoHandler.newFactory());
    CoreThread core = new CoreThread(engine, inbox, poller);
    try {
      Channel listener = listen(address, group, connections, handshake);
      core.start();
      log.info("event=gtm_started address={} keeping={}", listener.localAddress(), keeping);
      return new GtmServer(group, listener, core);
    } catch (IOException | RuntimeException e) {
      var _ = group.shutdownGracefully(QUIET_MILLIS, STOP_MILLIS, TimeUnit.MILLISECONDS);
      locks.close();
      engine.close();
      throw e;
    }
  }

  /** The port it listens on. */
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Empty while it stands by. */
  public Optional<GtmFigures> figures() {
    return core.figures();
  }

  /** Completes when the core has ended: exceptionally if it had to. */
  public CompletableFuture<Void> stopped() {
    return core.stopped().copy();
  }

  /** Stops in good order; every lease and open round is found again at the next start. */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    listener.close().syncUninterruptibly();
    core.stop();
    group
        .shutdownGracefully(QUIET_MILLIS, STOP_MILLIS, TimeUnit.MILLISECONDS)
        .syncUninterruptibly();
    log.info("event=gtm_stopped");
  }

  private static Engine engine(Keeping keeping, GtmTerms terms, Inbox inbox, Outlet outlet)
      throws IOException {
    return switch (keeping) {
      case Keeping.OwnLog(Path directory) -> new LogEngine(terms, GtmLog.open(directory), outlet);
      case Keeping.OnServers several -> SeatEngine.open(terms, several, inbox, outlet);
    };
  }

  private static List<NodeAddress> gtms(Keeping keeping) {
    return keeping instanceof Keeping.OnServers several ? several.gtms() : List.of();
  }

  private static Channel listen(
      InetSocketAddress address,
      EventLoopGroup group,
      ServerConnections connections,
      Handshake handshake)
      throws IOException {
    var bound =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new MessagePipeline(() -> new ServerPeer(connections, handshake), MAX_SILENCE))
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("cannot listen on " + address, bound.cause());
    }
    var _ =
        group
            .next()
            .scheduleAtFixedRate(
                connections::closeUnproved, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    return bound.channel();
  }
}
