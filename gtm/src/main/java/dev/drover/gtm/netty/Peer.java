package dev.drover.gtm.netty;

import dev.drover.gtm.protocol.GtmMessage;

/**
 * Who listens at one end of a connection.
 *
 * <p>Threads: all calls come from the connection's event loop and must not block.
 */
public interface Peer {
  void opened(MessageSink sink);

  void received(GtmMessage message);

  /** The last call. */
  void closed();
}
