package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.BackendDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A connection to a PostgreSQL server, past its startup.
 *
 * <p>The owner appends frames to {@link #out}, says with {@link #expect} who takes the answer to
 * each Sync or Query, and calls {@link #flush}. Answers come in the order of the expectations;
 * several may be under way.
 *
 * <p>Threads: confined to {@link #loop}, except {@link #connect}.
 */
public final class BackendLink {
  /** A frame of row data longer than this may come in pieces: {@link Reply#wholeFrames}. */
  public static final int MAX_WHOLE_FRAME_BYTES = FrameReader.MAX_WHOLE_FRAME_BYTES;

  private final Origin origin;
  private final LinkHandler handler;
  private final Outbound outbound;

  BackendLink(Origin origin, LinkHandler handler, Outbound outbound) {
    this.origin = requireNonNull(origin);
    this.handler = requireNonNull(handler);
    this.outbound = requireNonNull(outbound);
  }

  /** How the link was made, for making another connection to the same server. */
  record Origin(Transport transport, EventLoop loop, ServerAddress address, LinkOptions options) {
    Origin {
      requireNonNull(transport);
      requireNonNull(loop);
      requireNonNull(address);
      requireNonNull(options);
    }
  }

  /**
   * Connects, authenticates and waits for the first ReadyForQuery.
   *
   * <p>Fails with a {@link dev.drover.pgwire.ServerError} if the server refuses, with a {@link
   * dev.drover.pgwire.SqlError} of 08001 if it cannot be reached in time.
   */
  public static Future<BackendLink> connect(
      Transport transport, EventLoop loop, ServerAddress address, LinkOptions options) {
    Promise<BackendLink> opened = loop.newPromise();
    new LinkHandler(new Origin(transport, loop, address, options), opened).connect();
    return opened;
  }

  public EventLoop loop() {
    return origin.loop();
  }

  public ServerAddress address() {
    return origin.address();
  }

  public int processId() {
    return handler.conversation().processId();
  }

  /** The secret that a cancel request must show; not to be changed. */
  public byte[] cancelKey() {
    return handler.conversation().cancelKey();
  }

  /** The settings that the server reports, as last reported. */
  public Map<String, String> parameters() {
    return handler.conversation().parameters();
  }

  /** The status of the last ReadyForQuery: 'I', 'T' or 'E'. */
  public char status() {
    return handler.conversation().status();
  }

  /** The buffer for frames; to be asked for anew after each {@link #forward} and {@link #flush}. */
  public ByteBuf out() {
    return outbound.out();
  }

  /** Sends frames as they are, in order with {@link #out}; the buffer's ownership moves here. */
  public void forward(ByteBuf retained) {
    outbound.forward(retained);
  }

  /**
   * Says who takes what comes up to the next ReadyForQuery not yet expected.
   *
   * <p>To be called once for each Sync or Query appended. On a closed link the reply is told that
   * it is broken, a moment later.
   */
  public void expect(Reply reply) {
    handler.expect(reply);
  }

  public void flush() {
    outbound.flush();
  }

  /** Replies that have not ended. */
  public int pending() {
    return handler.conversation().pending();
  }

  /** Replies that were ever expected. */
  public long asked() {
    return handler.conversation().asked();
  }

  /** No reply is called until {@link #resume}; the server's bytes stay in its socket. */
  public void pause() {
    handler.pause();
  }

  /** Replies are called again, never from within this call. */
  public void resume() {
    handler.resume();
  }

  /** Whether few enough bytes are unsent; a closed link is not writable. */
  public boolean writable() {
    return handler.isWritable();
  }

  public boolean isOpen() {
    return handler.isOpen();
  }

  /** Whether the last call of {@link Reply#rows} ended within a frame. */
  public boolean isInsideFrame() {
    return handler.isInsideFrame();
  }

  /**
   * Asks the server to cancel what this connection is doing, over a connection of its own.
   *
   * <p>The future succeeds when the server has closed that connection, thus has sent the signal;
   * the signal itself may arrive later, so one empty round trip must follow before the link serves
   * another transaction.
   */
  public Future<Void> cancel() {
    return CancelHandler.send(
        origin, handler.conversation().processId(), handler.conversation().cancelKey());
  }

  /** Takes leave of the server and closes; replies under way are broken. */
  public void close() {
    handler.close();
  }

  /** Runs this when the link has closed, after the replies were told; at once if it is closed. */
  public void onClose(Runnable action) {
    handler.onClose(action);
  }

  /** Who hears what belongs to no reply. */
  public void setListener(LinkListener listener) {
    handler.conversation().setListener(listener);
  }

  /** Who hears of NOTIFY, whatever runs meanwhile. */
  public void setNotifications(Consumer<BackendDecoder.Notification> receiver) {
    handler.conversation().setNotifications(receiver);
  }

  @Override
  public String toString() {
    return "BackendLink[%s, pid=%d]"
        .formatted(origin.address(), handler.conversation().processId());
  }
}
