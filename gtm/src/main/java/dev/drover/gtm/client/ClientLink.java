package dev.drover.gtm.client;

import dev.drover.gtm.netty.MessageSink;
import dev.drover.gtm.netty.Peer;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.Challenge;
import dev.drover.gtm.protocol.GtmMessage.Hello;
import dev.drover.gtm.protocol.GtmMessage.StandingBy;
import dev.drover.gtm.protocol.GtmMessage.Welcome;
import dev.drover.gtm.protocol.Handshake;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.List;
import java.util.Optional;

/**
 * One connection of a client, from its handshake on.
 *
 * <p>Threads: confined to the client's event loop.
 */
final class ClientLink implements Peer {
  private final GtmClientConfig config;
  private final Handshake handshake;
  private final Connector.Listener listener;
  private final Owner owner;

  private Optional<MessageSink> sink = Optional.empty();
  private State state = new State.AwaitingChallenge();

  /** Who has made it. */
  interface Owner {
    /** Before it stands: where GTMs are, as the active one says. */
    void told(List<GtmAddress> gtms);

    /** It is over. */
    void ended(boolean stood);
  }

  ClientLink(
      GtmClientConfig config, Handshake handshake, Connector.Listener listener, Owner owner) {
    this.config = config;
    this.handshake = handshake;
    this.listener = listener;
    this.owner = owner;
  }

  @Override
  public void opened(MessageSink opened) {
    sink = Optional.of(opened);
  }

  @Override
  public void received(GtmMessage message) {
    if (!(message instanceof GtmMessage.FromGtm said)) {
      throw violation("a client's message came to a client");
    }
    switch (state) {
      case State.AwaitingChallenge _ -> challenged(said);
      case State.AwaitingWelcome(Challenge challenge, Hello hello) ->
          welcomed(said, challenge, hello);
      case State.Ready _ -> listener.received(said);
    }
  }

  @Override
  public void closed() {
    owner.ended(state instanceof State.Ready);
  }

  void send(GtmMessage message) {
    if (state instanceof State.Ready) {
      sink.ifPresent(open -> open.send(message));
    }
  }

  /** Ends it unless it stands. */
  void giveUp() {
    if (!(state instanceof State.Ready)) {
      close();
    }
  }

  void close() {
    sink.ifPresent(MessageSink::close);
  }

  private void challenged(GtmMessage.FromGtm said) {
    if (!(said instanceof Challenge challenge)
        || challenge.formatVersion() != Handshake.FORMAT_VERSION) {
      throw violation("the other side is no gtm of this version");
    }
    Hello hello = handshake.hello(challenge, config.role(), config.name());
    state = new State.AwaitingWelcome(challenge, hello);
    sink.ifPresent(open -> open.send(hello));
  }

  private void welcomed(GtmMessage.FromGtm said, Challenge challenge, Hello hello) {
    if (said instanceof StandingBy) {
      close();
      return;
    }
    if (!(said instanceof Welcome welcome) || !handshake.accepts(challenge, hello, welcome)) {
      throw violation("the other side does not know the cluster secret");
    }
    state = new State.Ready();
    sink.ifPresent(MessageSink::trust);
    owner.told(welcome.gtms().stream().map(gtm -> new GtmAddress(gtm.host(), gtm.port())).toList());
    listener.connected();
  }

  private static SqlError violation(String why) {
    return SqlError.of(SqlState.PROTOCOL_VIOLATION, why);
  }

  private sealed interface State {
    record AwaitingChallenge() implements State {}

    record AwaitingWelcome(Challenge challenge, Hello hello) implements State {}

    record Ready() implements State {}
  }
}
