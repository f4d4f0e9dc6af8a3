package dev.drover.pgwire.netty;

import io.netty.buffer.ByteBuf;

/** Hears what happens on a {@link BackendLink} outside of replies; all calls on its loop. */
public interface LinkListener {
  /** Hears nothing. */
  LinkListener NONE = (_, _) -> {};

  /**
   * A ParameterStatus, NoticeResponse or ErrorResponse while no reply is expected; the body is
   * valid only during the call.
   */
  void message(byte type, ByteBuf body);

  /** The link's buffer of unsent bytes has filled up, or has emptied again. */
  default void writable(boolean writable) {}
}
