package dev.drover.gtm.server;

import dev.drover.gtm.netty.MessageSink;
import dev.drover.gtm.netty.Peer;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.Challenge;
import dev.drover.gtm.protocol.GtmMessage.Hello;
import dev.drover.gtm.protocol.Handshake;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.Optional;

/**
 * The server's end of one connection: lets nobody near the core who has not proved himself.
 *
 * <p>Threads: confined to the server's event loop.
 */
final class ServerPeer implements Peer {
  private final ServerConnections connections;
  private final Handshake handshake;
  private final Challenge challenge;
  private Optional<MessageSink> sink = Optional.empty();
  private Optional<Long> number = Optional.empty();

  ServerPeer(ServerConnections connections, Handshake handshake) {
    this.connections = connections;
    this.handshake = handshake;
    this.challenge = handshake.challenge();
  }

  @Override
  public void opened(MessageSink opened) {
    sink = Optional.of(opened);
    connections.opened(this);
    opened.send(challenge);
  }

  @Override
  public void received(GtmMessage message) {
    if (!(message instanceof GtmMessage.FromClient said)) {
      throw violation("the gtm was told what only it can say");
    }
    if (number.isPresent()) {
      connections.received(number.get(), said);
      return;
    }
    MessageSink open = sink.orElseThrow();
    if (!(said instanceof Hello hello) || !handshake.accepts(challenge, hello)) {
      throw violation("the client does not know the cluster secret");
    }
    if (hello.name().isBlank()) {
      throw violation("the client has no name");
    }
    if (!connections.isServing()) {
      open.send(new GtmMessage.StandingBy());
      open.close();
      return;
    }
    if (connections.isFull()) {
      open.close();
      return;
    }
    open.trust();
    open.send(handshake.welcome(challenge, hello, connections.gtms()));
    number = Optional.of(connections.accepted(this, open, hello));
  }

  @Override
  public void closed() {
    connections.closed(this, number);
  }

  void close() {
    sink.ifPresent(MessageSink::close);
  }

  private static SqlError violation(String why) {
    return SqlError.of(SqlState.PROTOCOL_VIOLATION, why);
  }
}
