package dev.drover.pgwire.netty;

import io.netty.buffer.ByteBuf;
import java.util.Map;

/**
 * What a session implements to serve one client.
 *
 * <p>Either {@link #cancel} or {@link #startup} comes first. A listener that has to wait for
 * something before it can take the next message calls {@link FrontendChannel#pause}, after which no
 * message comes until {@link FrontendChannel#resume}.
 *
 * <p>An exception that leaves a method ends the connection with a FATAL error: that of a {@code
 * SqlError}, else XX000.
 *
 * <p>Threads: all calls come on the channel's loop, one after another; {@link #writable} may come
 * from within a call of {@link FrontendChannel#forward} or {@link FrontendChannel#flush}.
 */
public interface FrontendListener {
  /** A client connected; nothing is known of it but its address. */
  void opened(FrontendChannel channel);

  /**
   * The client opens a session.
   *
   * <p>Requests for encryption were answered, the protocol's version was negotiated; {@code user}
   * and {@code database} are among the parameters. The listener authenticates the client and then
   * calls {@link FrontendChannel#authenticated}. Until then only PasswordMessages come.
   */
  void startup(Map<String, String> parameters);

  /**
   * The client asks to cancel what another session does; the listener closes the channel once that
   * is done, since the client waits for it.
   */
  void cancel(int processId, byte[] key);

  /**
   * One whole message.
   *
   * <p>The body lies between the buffer's reader and writer index, which need not start at zero,
   * and is valid only during the call.
   */
  void message(byte type, ByteBuf body);

  /** All that was read at once has been handed over: time to flush once. */
  void burstEnd();

  /** The channel's buffer of unsent bytes has filled up, or has emptied again. */
  void writable(boolean writable);

  /** The connection is gone, by whatever side; comes exactly once after {@link #opened}. */
  void closed();
}
