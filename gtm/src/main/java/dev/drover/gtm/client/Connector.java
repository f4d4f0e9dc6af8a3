package dev.drover.gtm.client;

import dev.drover.gtm.netty.MessagePipeline;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.Handshake;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one connection to the active GTM: tries one address after the other, and after a round in
 * vain waits a little longer each time. To those it was made with it adds those that the active one
 * names.
 *
 * <p>Threads: confined to the client's event loop.
 */
final class Connector implements ClientLink.Owner {
  private static final Logger log = LoggerFactory.getLogger(Connector.class);

  private static final Duration MAX_SILENCE = Duration.ofSeconds(5);
  private static final int CONNECT_TIMEOUT_MILLIS = 1000;
  private static final long HANDSHAKE_TIMEOUT_MILLIS = 1500;
  private static final long MIN_BACKOFF_MILLIS = 50;
  private static final long MAX_BACKOFF_MILLIS = 400;

  /** Where somebody is about to follow. */
  private static final long MAX_BACKOFF_WITH_STANDBYS_MILLIS = 150;

  private final GtmClientConfig config;
  private final Handshake handshake;
  private final EventLoop loop;
  private final RandomGenerator random;
  private final Listener listener;
  private List<GtmAddress> gtms;
  private Optional<ClientLink> link = Optional.empty();
  private long backoffMillis = MIN_BACKOFF_MILLIS;
  private int tries;
  private boolean closed;

  /** Who uses the connection. */
  interface Listener {
    /** The connection stands; both sides have proved themselves. */
    void connected();

    void received(GtmMessage.FromGtm message);

    /** A connection that stood has ended. */
    void disconnected();
  }

  Connector(GtmClientConfig config, EventLoop loop, RandomGenerator random, Listener listener) {
    this.config = config;
    this.handshake = new Handshake(config.secret());
    this.loop = loop;
    this.random = random;
    this.listener = listener;
    this.gtms = config.gtms();
  }

  void connect() {
    if (closed) {
      return;
    }
    GtmAddress address = gtms.get(tries % gtms.size());
    ClientLink fresh = new ClientLink(config, handshake, listener, this);
    link = Optional.of(fresh);
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
        .handler(new MessagePipeline(() -> fresh, MAX_SILENCE))
        .connect(address.host(), address.port())
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                log.debug("event=gtm_connect_failed gtm={}", address, done.cause());
                ended(false);
              }
            });
    // A process that is stopped takes connections and says nothing.
    var _ = loop.schedule(fresh::giveUp, HANDSHAKE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
  }

  void send(GtmMessage message) {
    link.ifPresent(open -> open.send(message));
  }

  /** Ends the connection; the next one is made. */
  void reconnect() {
    link.ifPresent(ClientLink::close);
  }

  void close() {
    closed = true;
    link.ifPresent(ClientLink::close);
  }

  /** Whether there is more than one to turn to. */
  boolean hasStandbys() {
    return gtms.size() > 1;
  }

  @Override
  public void told(List<GtmAddress> named) {
    gtms = Stream.concat(config.gtms().stream(), named.stream()).distinct().toList();
  }

  @Override
  public void ended(boolean stood) {
    link = Optional.empty();
    if (stood) {
      backoffMillis = MIN_BACKOFF_MILLIS;
      listener.disconnected();
    }
    if (closed) {
      return;
    }
    tries++;
    long waitMillis = backoffMillis / 2 + random.nextLong(backoffMillis);
    boolean isRound = stood || tries % gtms.size() == 0;
    if (isRound) {
      long maxBackoffMillis = hasStandbys() ? MAX_BACKOFF_WITH_STANDBYS_MILLIS : MAX_BACKOFF_MILLIS;
      backoffMillis = Math.min(backoffMillis * 2, maxBackoffMillis);
    }
    var _ = loop.schedule(this::connect, isRound ? waitMillis : 0, TimeUnit.MILLISECONDS);
  }
}
