package dev.drover.coordinator.exec;

import io.netty.buffer.ByteBuf;

/**
 * One execution of a plan. All state of the run is here; the plan is shared and read-only.
 *
 * <p>It ends by exactly one call of {@link Call#completed} or {@link Call#failed}, when no
 * connection has anything of it outstanding.
 *
 * <p>Threads: confined to the session's event loop.
 */
public interface Operator {
  void start();

  /** The client takes more, or should get no more for now. */
  default void clientWritable(boolean writable) {}

  /** Any message of the client; the body is valid during the call. */
  default void copyMessage(byte type, ByteBuf body) {}

  /**
   * True while it takes another {@link #copyMessage}; when that becomes so again by itself, it
   * calls {@link Call.Scopes#takeMessages}.
   */
  default boolean copying() {
    return false;
  }

  /** Suspended by the row limit of an Execute, and asked for that many more rows; 0 for all. */
  default void resume(int maxRows) {
    clientWritable(true);
  }

  /**
   * True when it comes to rest by itself at the call's row limit, with nothing outstanding on the
   * transaction's connections, and says so by {@link Call#suspended}; else it is held back by its
   * output only.
   */
  default boolean rests() {
    return false;
  }

  /** Suspended, and nobody will ask for more. */
  default void closeSuspended() {}

  /** The client asks to cancel; connections that owe an answer are told by the session. */
  default void cancel() {}

  /** The client is gone: nothing can be told it, and the transaction's connections are closed. */
  default void clientGone() {}
}
