package dev.drover.coordinator.snapshot;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many commits this coordinator has sent and how many of them are done, over all event loops: a
 * one-phase commit, an autocommit write, or the whole second phase of a two-phase commit count one
 * each.
 *
 * <p>Threads: thread-safe. A commit is counted as sent before its first byte leaves.
 */
public final class CommitCounts {
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong done = new AtomicLong();

  void commitSent() {
    sent.incrementAndGet();
  }

  void commitDone() {
    done.incrementAndGet();
  }

  /** The number of commits so far, if none is under way. */
  public OptionalLong quiet() {
    long finished = done.get(); // read first: what is sent in between then seems to be under way
    long begun = sent.get();
    return finished == begun ? OptionalLong.of(begun) : OptionalLong.empty();
  }

  /** How many were sent and are not done, more or less. */
  int underWay() {
    return (int) (sent.get() - done.get());
  }

  long sent() {
    return sent.get();
  }
}
