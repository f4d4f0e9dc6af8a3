package dev.drover.coordinator.copy;

import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One node's queue of runs, and the COPY that is open there.
 *
 * <p>A COPY of a whole table stays open for the next run, that of a leaf ends with its run.
 *
 * <p>Threads: confined to one.
 */
final class Lane {
  /** A COPY with longer line numbers is closed after its run and another opened. */
  private static final int MOST_LINE_BYTES = 256 * 1024;

  private final int node;
  private final boolean binary;
  private final CopySink sink;
  private final LineMap lineMap;
  private final Deque<Run> queue = new ArrayDeque<>();
  private boolean open;
  private int openSlot;
  private int lineBytes;
  private boolean begun;

  Lane(int node, boolean binary, CopySink sink, LineMap lineMap) {
    this.node = node;
    this.binary = binary;
    this.sink = sink;
    this.lineMap = lineMap;
  }

  void add(Run run) {
    run.seal();
    queue.add(run);
  }

  /** Everything was handed to the sink. */
  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** A run given now would be sent now. */
  boolean takesMore() {
    return queue.isEmpty() && sink.ready(node);
  }

  /** The node works on its last COPY, or on none. */
  boolean isHungry() {
    return queue.isEmpty() && lineMap.pending(node) <= 1;
  }

  /** Hands over what the sink takes; returns the number of payload bytes handed over. */
  long pump() {
    long sent = 0;
    while (!queue.isEmpty() && sink.ready(node)) {
      Run run = queue.element();
      if (!begun) {
        begin(run);
      }
      sink.data(node, run.takeMessage());
      if (!run.hasMessages()) {
        queue.remove();
        begun = false;
        sent += run.lengthBytes();
        closeLeaf();
      }
    }
    return sent;
  }

  /** Ends the open COPY. */
  void close() {
    if (!open) {
      return;
    }
    if (binary) {
      sink.data(node, Unpooled.wrappedBuffer(BinaryHeader.trailerMessage()));
    }
    sink.close(node);
    open = false;
  }

  void release() {
    queue.forEach(Run::release);
    queue.clear();
  }

  /** A leaf's COPY ends with its run, since the next run is for another leaf. */
  private void closeLeaf() {
    if (openSlot != CopySink.WHOLE_TABLE) {
      close();
    }
  }

  private void begin(Run run) {
    begun = true;
    if (lineBytes > MOST_LINE_BYTES) {
      close();
    }
    if (!open) {
      lineMap.opened(node);
      sink.open(node, run.slot());
      open = true;
      openSlot = run.slot();
      lineBytes = 0;
      if (binary) {
        sink.data(node, Unpooled.wrappedBuffer(BinaryHeader.headerMessage()));
      }
    }
    lineMap.add(node, run.lines());
    lineBytes += run.lines().lengthBytes();
  }
}
