package dev.drover.coordinator;

import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.session.SessionServices;
import dev.drover.coordinator.txn.TransactionRegistry;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** One event loop of a coordinator, with what its sessions share. */
record LoopServices(
    EventLoop loop, BackendPool pool, TransactionRegistry registry, SessionServices sessions) {
  /** The work is done on the loop; a loop that has ended has no connections left to work on. */
  static CompletableFuture<Void> onLoop(Executor loop, Runnable work) {
    try {
      return CompletableFuture.runAsync(work, loop);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(null);
    }
  }
}
