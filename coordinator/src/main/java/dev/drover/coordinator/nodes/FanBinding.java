package dev.drover.coordinator.nodes;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlState;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/**
 * Which nodes of a statement have bound it. One server binds before it runs anything; so rows of
 * the nodes that are ahead wait until all have bound, and an error of a node's Bind comes before
 * errors of other nodes' rows.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class FanBinding {
  /** What came early from one node, which is paused meanwhile. */
  private record Early(int index, ByteBuf run) {}

  private final NodeFan fan;
  private final NodeFan.Work work;
  private final BitSet unbound;
  private final Deque<Early> early = new ArrayDeque<>();
  private boolean holds;
  private boolean errorAtBind;
  private boolean errorLater;

  /** {@code binds} is false for simple queries, which servers answer without BindComplete. */
  FanBinding(NodeFan fan, NodeFan.Work work, int nodes, boolean binds) {
    this.fan = fan;
    this.work = work;
    this.unbound = new BitSet(nodes);
    unbound.set(0, binds ? nodes : 0);
  }

  /** Rows go on as they come. */
  boolean complete() {
    return unbound.isEmpty() && !holds;
  }

  void bound(int index) {
    if (unbound.isEmpty()) {
      return;
    }
    unbound.clear(index);
    if (unbound.isEmpty() && !errorAtBind) {
      work.bound();
      passUnlessHeld();
    }
  }

  /** All have bound, and run; rows of theirs wait for {@link #release}. */
  void holdRows() {
    holds = true;
    allBound();
  }

  /** All have bound, and their rows are good. */
  void release() {
    holds = false;
    allBound();
    passUnlessHeld();
  }

  private void allBound() {
    for (int i = unbound.nextSetBit(0); i >= 0; i = unbound.nextSetBit(i + 1)) {
      bound(i);
    }
  }

  private void passUnlessHeld() {
    if (!holds) {
      pass();
    }
  }

  void hold(int index, ByteBuf run) {
    early.add(new Early(index, run));
    fan.pause(index);
  }

  private void pass() {
    while (!early.isEmpty()) {
      Early next = early.poll();
      fan.resume(next.index());
      if (errorLater) {
        next.run().release();
      } else {
        work.rows(next.index(), next.run());
      }
    }
  }

  /** The statement's error is this node's. */
  void failed(int index) {
    errorAtBind = unbound.get(index);
    errorLater = !errorAtBind;
  }

  /** True when the node's error is found by binding and the one known so far was not. */
  boolean outranks(int index, ErrorFields fields) {
    boolean cancelled = fields.sqlState().equals(SqlState.QUERY_CANCELED.code());
    return errorLater && unbound.get(index) && !cancelled;
  }

  /** No node has anything outstanding. */
  void end() {
    early.forEach(e -> e.run().release());
    early.clear();
    if (errorLater && !unbound.isEmpty()) {
      work.bound();
    }
  }
}
