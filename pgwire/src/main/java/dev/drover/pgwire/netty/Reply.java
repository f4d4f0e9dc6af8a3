package dev.drover.pgwire.netty;

import dev.drover.pgwire.SqlError;
import io.netty.buffer.ByteBuf;

/**
 * Takes what a server answers up to and including the next ReadyForQuery.
 *
 * <p>Threads: all calls come on the link's loop, one after another. After {@link #ready} or {@link
 * #broken} nothing follows.
 */
public interface Reply {
  /**
   * A run of whole DataRow or CopyData frames, headers included.
   *
   * <p>The buffer is owned by the callee, who must release it or pass it on.
   */
  void rows(ByteBuf run);

  /**
   * Whether {@link #rows} must get whole frames.
   *
   * <p>If not, a frame longer than {@link BackendLink#MAX_WHOLE_FRAME_BYTES} comes in raw pieces as
   * it arrives, so that a huge value never accumulates; {@link BackendLink#isInsideFrame} tells
   * whether more of it is to come.
   */
  default boolean wholeFrames() {
    return true;
  }

  /**
   * Any other message.
   *
   * <p>The body lies between the buffer's reader and writer index, which need not start at zero,
   * and is valid only during the call.
   */
  void message(byte type, ByteBuf body);

  /** The end: ReadyForQuery with status 'I', 'T' or 'E'. */
  void ready(char status);

  /** The link was lost before the end. */
  void broken(SqlError error);

  /** The end of a burst of reads while this reply is in progress: time to flush once. */
  default void burstEnd() {}
}
