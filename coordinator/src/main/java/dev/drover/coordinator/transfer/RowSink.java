package dev.drover.coordinator.transfer;

import dev.drover.coordinator.copy.ExactFloats;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.ErrorFields;
import dev.drover.planner.plan.Plan.InsertTarget;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Takes the rows of a reader and sends each to the nodes where it belongs.
 *
 * <p>Threads: confined to the session's event loop.
 */
public interface RowSink {
  /**
   * Rows for a table.
   *
   * @param floats the columns that come in binary format; all others come as texts
   * @param participants all nodes that may get rows
   */
  record Insertion(InsertTarget target, ExactFloats floats, List<Participant> participants) {
    public Insertion {
      participants = List.copyOf(participants);
    }
  }

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
