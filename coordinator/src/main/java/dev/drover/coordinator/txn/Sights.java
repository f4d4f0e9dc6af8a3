package dev.drover.coordinator.txn;

import dev.drover.coordinator.snapshot.SecondPhases;
import io.netty.channel.EventLoop;
import java.util.BitSet;

/**
 * Where a session has looked, so that what it reads next is not older on another node: a
 * transaction over several nodes becomes visible on one before the other.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class Sights {
  private final SecondPhases phases;
  private final EventLoop loop;
  private final BitSet nodes = new BitSet();
  private long answeredAt;

  Sights(SecondPhases phases, EventLoop loop) {
    this.phases = phases;
    this.loop = loop;
  }

  /** The client gets an answer now. */
  void answered() {
    answeredAt = phases.last();
  }

  /** Runs {@code then} as soon as the node may be looked at. */
  void beforeLook(int node, Runnable then) {
    BitSet seen = (BitSet) nodes.clone();
    nodes.set(node);
    phases.await(answeredAt, seen, node, loop, then);
  }

  /**
   * True when no look can show too little; where the session looks is then remembered for later.
   */
  boolean isClear(int node) {
    if (phases.isIdle()) {
      nodes.clear();
      nodes.set(node);
      return true;
    }
    return false;
  }
}
