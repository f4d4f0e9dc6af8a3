package dev.drover.coordinator.transfer;

import dev.drover.pgwire.ErrorFields;
import io.netty.buffer.ByteBuf;

/**
 * Takes the rows of a reader and sends each to the nodes where it belongs.
 *
 * <p>Threads: confined to the session's event loop.
 */
public interface RowSink {
  /** Whole DataRow frames; the caller keeps the buffer. */
  void take(ByteBuf run);

  /** False when it should get no more for now. */
  boolean writable();

  /** True when a query may be sent to the node behind what was sent already. */
  boolean settle(int node);

  /** There are no more rows. */
  void finish();

  /** The rows are of no use any more. */
  void abort(ErrorFields why);

  /** Answers are owed. */
  boolean outstanding();

  /** The client takes more results. */
  void clientWritable();

  /** Rows that the servers have inserted. */
  long rows();

  /** The client is gone, and the transaction's connections are closed. */
  void abandon();
}
