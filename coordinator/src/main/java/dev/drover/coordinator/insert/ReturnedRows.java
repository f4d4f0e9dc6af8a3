package dev.drover.coordinator.insert;

import dev.drover.coordinator.exec.ResultOutput;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * What RETURNING gave on several nodes, put back into the order of the rows that were inserted:
 * clients match the keys that a server made with the rows that they sent.
 *
 * <p>If some rows gave nothing, as with ON CONFLICT DO NOTHING, nobody can tell which; then, and
 * beyond {@link #MAX_BYTES}, rows come node by node.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ReturnedRows {
  private static final int MAX_BYTES = 64 << 20;

  /** Behind a message's type; it counts itself. */
  private static final int LENGTH_AT = 1;

  private enum State {
    KEEPING,
    PASSING,
    DISCARDED
  }

  private final List<Integer> origins = new ArrayList<>();
  private final Map<Integer, Queue<ByteBuf>> kept = new HashMap<>();
  private State state = State.KEEPING;
  private int bytes;

  /** The next row goes to this node. */
  void inserted(int node) {
    if (state == State.KEEPING) {
      origins.add(node);
    }
  }

  /** Takes whole rows of one node; owns the buffer. */
  void add(int node, ByteBuf run, ResultOutput output) {
    switch (state) {
      case KEEPING -> {
        keep(node, run);
        if (bytes > MAX_BYTES) {
          nodeByNode(output);
        }
      }
      case PASSING -> output.rows(run);
      case DISCARDED -> run.release();
    }
  }

  private void keep(int node, ByteBuf run) {
    Queue<ByteBuf> rows = kept.computeIfAbsent(node, _ -> new ArrayDeque<>());
    bytes += run.readableBytes();
    while (run.isReadable()) {
      int length = run.getInt(run.readerIndex() + LENGTH_AT) + LENGTH_AT;
      rows.add(run.readRetainedSlice(length));
    }
    run.release();
  }

  /** All nodes are done. */
  void send(ResultOutput output) {
    if (kept.values().stream().mapToInt(Queue::size).sum() == origins.size()) {
      origins.forEach(node -> output.rows(kept.get(node).remove()));
    }
    nodeByNode(output);
  }

  /** The statement has failed; what still comes is let go. */
  void discard() {
    kept.values().forEach(rows -> rows.forEach(ByteBuf::release));
    kept.clear();
    state = State.DISCARDED;
  }

  private void nodeByNode(ResultOutput output) {
    kept.values().forEach(rows -> rows.forEach(output::rows));
    kept.clear();
    origins.clear();
    state = State.PASSING;
  }
}
