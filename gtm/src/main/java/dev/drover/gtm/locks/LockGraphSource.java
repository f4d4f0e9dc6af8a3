package dev.drover.gtm.locks;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The servers' knowledge of lock waits. Threads: implementations are thread-safe. */
public interface LockGraphSource extends AutoCloseable {
  /** Asks one node; must end, with waits or exceptionally, within a second or so. */
  CompletableFuture<List<LockWait>> lockWaits(NodePoll poll);

  @Override
  void close();
}
