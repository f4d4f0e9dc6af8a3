package dev.drover.gtm.locks;

import dev.drover.gtm.protocol.Backend;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Waits that a test makes up, on all nodes. */
public final class FakeLocks implements LockGraphSource {
  private static final long MAX_WAIT_SECONDS = 20;

  private final Queue<LockWait> waits = new ConcurrentLinkedQueue<>();
  private final Semaphore polls = new Semaphore(0);

  public void add(Backend waiting, long waitStartMicros, int blocker) {
    waits.add(new LockWait(waiting, waitStartMicros, List.of(blocker)));
  }

  /** Waits until nodes have been asked so often since the last call. */
  public void awaitPolls(int count) throws InterruptedException {
    if (!polls.tryAcquire(count, MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("nobody asked the nodes");
    }
  }

  @Override
  public CompletableFuture<List<LockWait>> lockWaits(NodePoll poll) {
    polls.release();
    return CompletableFuture.completedFuture(
        waits.stream()
            .filter(wait -> wait.waiting().node().equals(poll.node().node()))
            .filter(wait -> poll.pids().contains(wait.waiting().pid()))
            .toList());
  }

  @Override
  public void close() {
    waits.clear();
  }
}
