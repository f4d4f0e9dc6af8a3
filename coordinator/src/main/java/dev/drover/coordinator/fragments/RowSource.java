package dev.drover.coordinator.fragments;

import io.netty.buffer.ByteBuf;

/**
 * A query on one node whose rows move to other nodes.
 *
 * <p>Threads: confined to the session's event loop.
 */
interface RowSource {
  /** Takes the rows; an error goes elsewhere, and is the end of them too. */
  interface Taker {
    /** Whole DataRow frames; ownership moves to the callee. */
    void rows(ByteBuf run);

    /** There are no more. */
    void end();
  }

  int node();

  void start(Taker taker);

  void pause();

  void resume();
}
