package dev.drover.gtm.client;

import dev.drover.gtm.netty.MessageSink;
import dev.drover.gtm.netty.Peer;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.Challenge;
import dev.drover.gtm.protocol.GtmMessage.Hello;
import dev.drover.gtm.protocol.GtmMessage.Welcome;
import dev.drover.gtm.protocol.Handshake;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.Optional;

/**
 * One connection of a client, from its handshake on.
 *
 * <p>Threads: confined to the client's event loop.
 */
final class ClientLink implements Peer {
  private final GtmClientConfig config;
  private final Handshake handshake;
  private final ClientShell shell;

  private Optional<MessageSink> sink = Optional.empty();
  private State state = new State.AwaitingChallenge();

  ClientLink(GtmClientConfig config, Handshake handshake, ClientShell shell) {
    this.config = config;
    this.handshake = handshake;
    this.shell = shell;
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
      case State.Ready _ -> shell.step(new ClientEvent.Received(said));
    }
  }

  @Override
  public void closed() {
    shell.closed();
  }

  void send(GtmMessage message) {
    if (state instanceof State.Ready) {
      sink.ifPresent(open -> open.send(message));
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
    if (!(said instanceof Welcome welcome) || !handshake.accepts(challenge, hello, welcome)) {
      throw violation("the other side does not know the cluster secret");
    }
    state = new State.Ready();
    sink.ifPresent(MessageSink::trust);
    shell.connected();
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
