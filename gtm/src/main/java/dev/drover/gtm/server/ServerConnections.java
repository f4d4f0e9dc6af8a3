package dev.drover.gtm.server;

import dev.drover.gtm.core.GtmEvent;
import dev.drover.gtm.netty.MessageSink;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.Hello;
import dev.drover.gtm.protocol.NodeAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections of the server.
 *
 * <p>Who has not proved himself yet takes only places of those like him: the oldest of them makes
 * room.
 *
 * <p>Threads: confined to the server's event loop, {@link #send}, {@link #serve} and {@link
 * #standBy} apart.
 */
final class ServerConnections {
  private static final Logger log = LoggerFactory.getLogger(ServerConnections.class);

  private static final int MAX_UNPROVED = 256;
  private static final long MAX_UNPROVED_NANOS = 5_000_000_000L;

  private final Inbox inbox;
  private final List<NodeAddress> gtms;
  private final SequencedMap<ServerPeer, Long> unproved = new LinkedHashMap<>();
  private final Map<Long, MessageSink> proved = new ConcurrentHashMap<>();
  private volatile boolean serving = true;
  private long lastNumber;

  /**
   * @param gtms told to each client
   */
  ServerConnections(Inbox inbox, List<NodeAddress> gtms) {
    this.inbox = inbox;
    this.gtms = List.copyOf(gtms);
  }

  List<NodeAddress> gtms() {
    return gtms;
  }

  void opened(ServerPeer peer) {
    unproved.put(peer, System.nanoTime());
    if (unproved.size() > MAX_UNPROVED) {
      unproved.firstEntry().getKey().close();
    }
  }

  /** Threads: any. Clients are let in from now on. */
  void serve() {
    serving = true;
  }

  /** Threads: any. Clients have to look for another GTM. */
  void standBy() {
    serving = false;
    proved.values().forEach(MessageSink::close);
  }

  boolean isServing() {
    return serving;
  }

  boolean isFull() {
    return proved.size() >= Inbox.MAX_CONNECTIONS;
  }

  long accepted(ServerPeer peer, MessageSink sink, Hello hello) {
    unproved.remove(peer);
    lastNumber++;
    proved.put(lastNumber, sink);
    log.info(
        "event=gtm_client_connected connection={} role={} name={} remote={}",
        lastNumber,
        hello.role(),
        hello.name(),
        sink.remoteAddress());
    deliver(new GtmEvent.Connected(lastNumber, hello.role(), hello.name()), sink);
    if (!serving) {
      // Who stands by since a moment ago has not seen this one.
      sink.close();
    }
    return lastNumber;
  }

  void received(long number, GtmMessage.FromClient message) {
    deliver(new GtmEvent.Received(number, message), proved.get(number));
  }

  void closed(ServerPeer peer, Optional<Long> number) {
    unproved.remove(peer);
    if (number.isPresent() && proved.remove(number.get()) != null) {
      log.info("event=gtm_client_disconnected connection={}", number.get());
      inbox.putReserved(new GtmEvent.Disconnected(number.get()));
    }
  }

  /** Called at intervals. */
  void closeUnproved() {
    long now = System.nanoTime();
    unproved.forEach(
        (peer, since) -> {
          if (now - since >= MAX_UNPROVED_NANOS) {
            peer.close();
          }
        });
  }

  /** Threads: any. A connection that is gone takes nothing. */
  void send(long number, GtmMessage.FromGtm message) {
    MessageSink sink = proved.get(number);
    if (sink != null) {
      sink.send(message);
    }
  }

  private void deliver(GtmEvent event, MessageSink from) {
    if (!inbox.offer(event)) {
      log.warn("event=gtm_overloaded remote={}", from.remoteAddress());
      from.close();
    }
  }
}
