package dev.drover.coordinator.copy;

import io.netty.buffer.ByteBuf;

/**
 * The servers' end of a COPY: one connection per node, in a transaction.
 *
 * <p>Calls for one node come in the order {@code open data* close}, again and again; none of them
 * waits for the server. A COPY that the sink has opened and whose CommandComplete has arrived is
 * reported by {@link CopyRouter#acknowledged}.
 *
 * <p>Threads: confined to the session's event loop.
 */
public interface CopySink {
  /** Stands for the table itself, where an {@code open} names no leaf. */
  int WHOLE_TABLE = -1;

  /** The connection takes more bytes now. */
  boolean ready(int node);

  /** Sends a COPY ... FROM STDIN that names the leaf of {@code slot}, or {@link #WHOLE_TABLE}. */
  void open(int node, int slot);

  /** Writes bytes of CopyData messages, with their heads; takes over the buffer. */
  void data(int node, ByteBuf messages);

  /** Sends CopyDone. */
  void close(int node);
}
