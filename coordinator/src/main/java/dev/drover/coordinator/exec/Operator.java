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

  /** A CopyData, CopyDone or CopyFail message; the body is valid during the call. */
  default void copyMessage(byte type, ByteBuf body) {}

  /** The messages read in one go are handed over. */
  default void copyBurstEnd() {}

  /** True while it takes {@link #copyMessage}. */
  default boolean copying() {
    return false;
  }
}
