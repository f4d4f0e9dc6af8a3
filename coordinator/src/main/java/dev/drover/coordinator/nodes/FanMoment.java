package dev.drover.coordinator.nodes;

import dev.drover.coordinator.exec.BoundQuery;
import dev.drover.pgwire.ErrorFields;

/**
 * How the nodes of a statement come to see one moment.
 *
 * <p>Threads: confined to the session's event loop.
 */
interface FanMoment {
  /** SQLSTATE of the message by which a node says that it has its snapshot. */
  String BEGUN = "DR002";

  /** The fan's part. */
  interface Host {
    /** Has a node bind the statement, by its index; {@link FanMoment#bound} follows. */
    BoundQuery bind(int index);

    /** All nodes have bound, and run; what they send is not good yet. */
    void running();

    /** All nodes see one moment: what they send is good. */
    void found();

    void failed(ErrorFields why);
  }

  void start();

  /** One more node has bound. */
  void bound();

  /** This node has its snapshot, or has done its work; may be said more than once. */
  default void begun(int index) {}

  /** There was such a moment, or nothing is to come of the statement. */
  boolean isDecided();

  /** No node has anything outstanding. */
  default void ended() {}

  /** Nothing is to come of it; every node that has been asked answers all the same. */
  void giveUp();

  /** The client wants it no more: a server that waits for its next message would not notice. */
  void cancel();
}
