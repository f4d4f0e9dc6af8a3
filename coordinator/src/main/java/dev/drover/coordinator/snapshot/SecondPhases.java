package dev.drover.coordinator.snapshot;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The second phases that this coordinator runs, for sessions that must not see less than they have
 * seen: a transaction that is committed on one node and still prepared on another.
 *
 * <p>A session that was on a node of such a transaction waits until it has ended on the next node
 * that it goes to.
 *
 * <p>Threads: thread-safe.
 */
public final class SecondPhases {
  /** A node that is gone for longer is found to be by whoever wants something of it. */
  private static final long PATIENCE_SECONDS = 2;

  private final Map<Long, SecondPhase> running = new TreeMap<>();
  private volatile boolean idle = true;
  private volatile long last;

  /** One second phase, from before its first COMMIT PREPARED until its last one is answered. */
  public final class SecondPhase {
    private final long number;
    private final BitSet nodes = new BitSet();
    private final BitSet open = new BitSet();
    private final List<Waiter> waiters = new ArrayList<>();

    private SecondPhase(long number, Iterable<Integer> nodes) {
      this.number = number;
      nodes.forEach(this.nodes::set);
      open.or(this.nodes);
    }

    /** It is visible on this node. */
    public void endedOn(int node) {
      synchronized (running) {
        open.clear(node);
        waiters.stream().filter(waiter -> waiter.node == node).forEach(Waiter::goOn);
        waiters.removeIf(waiter -> waiter.node == node);
      }
    }

    private void end() {
      synchronized (running) {
        waiters.forEach(Waiter::goOn);
        running.remove(number);
        idle = running.isEmpty();
      }
    }

    private boolean concerns(int node, BitSet seen) {
      boolean isOpen = open.get(node);
      boolean wasSeen = seen.stream().anyMatch(other -> other != node && nodes.get(other));
      return isOpen && wasSeen;
    }
  }

  /** A session at one node; what happens to it is guarded by {@link #running}. */
  private static final class Waiter {
    private final int node;
    private final EventLoop loop;
    private final Runnable then;
    private final Future<?> patience;
    private boolean done;

    /** {@code giveUp} runs when it has waited for too long. */
    Waiter(int node, EventLoop loop, Runnable then, Consumer<Waiter> giveUp) {
      this.node = node;
      this.loop = loop;
      this.then = then;
      this.patience = loop.schedule(() -> giveUp.accept(this), PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    void goOn() {
      if (!done) {
        done = true;
        patience.cancel(false);
        loop.execute(then);
      }
    }
  }

  SecondPhase start(Iterable<Integer> nodes) {
    synchronized (running) {
      SecondPhase phase = new SecondPhase(last + 1, nodes);
      last = phase.number;
      running.put(phase.number, phase);
      idle = false;
      return phase;
    }
  }

  void end(SecondPhase phase) {
    phase.end();
  }

  /** None runs; what a session has seen is then to be seen everywhere. */
  public boolean isIdle() {
    return idle;
  }

  /** The number of the latest one; numbers rise. */
  public long last() {
    return last;
  }

  /**
   * Runs {@code then} on the loop: at once, or when what the session may have seen is to be seen on
   * this node too.
   *
   * @param upTo the latest second phase that can have been seen
   * @param seen nodes that were looked at
   */
  public void await(long upTo, BitSet seen, int node, EventLoop loop, Runnable then) {
    synchronized (running) {
      for (SecondPhase phase : running.values()) {
        if (phase.number <= upTo && phase.concerns(node, seen)) {
          Runnable again = () -> await(upTo, seen, node, loop, then);
          phase.waiters.add(new Waiter(node, loop, again, one -> giveUp(phase, one, then)));
          return;
        }
      }
    }
    then.run();
  }

  private void giveUp(SecondPhase phase, Waiter waiter, Runnable then) {
    synchronized (running) {
      if (waiter.done) {
        return;
      }
      waiter.done = true;
      phase.waiters.remove(waiter);
    }
    then.run();
  }
}
