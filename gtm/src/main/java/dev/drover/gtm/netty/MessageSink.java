package dev.drover.gtm.netty;

import dev.drover.gtm.protocol.GtmMessage;

/**
 * Where one end of a connection puts what it says.
 *
 * <p>Threads: thread-safe.
 */
public interface MessageSink {
  /** Sends now; a connection whose other end does not read is closed. */
  void send(GtmMessage message);

  /** The other side has proved itself: long frames are let through. */
  void trust();

  void close();

  /** Where the other end is, for the log. */
  String remoteAddress();
}
