package dev.drover.gtm.server;

import dev.drover.gtm.core.GtmEffect;
import dev.drover.gtm.core.GtmEvent;
import dev.drover.gtm.locks.LockGraphSource;
import dev.drover.gtm.locks.LockWait;
import dev.drover.gtm.locks.NodePoll;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out a poll of the lock graphs: asks all nodes at once and answers when the last has
 * spoken or its time is up. One poll runs at a time.
 *
 * <p>Threads: thread-safe.
 */
final class LockPoller {
  private static final Logger log = LoggerFactory.getLogger(LockPoller.class);

  private static final long MAX_WAIT_MILLIS = 1000;

  private final LockGraphSource source;
  private final Inbox inbox;

  LockPoller(LockGraphSource source, Inbox inbox) {
    this.source = source;
    this.inbox = inbox;
  }

  void poll(GtmEffect.PollLocks poll) {
    Queue<LockWait> waits = new ConcurrentLinkedQueue<>();
    Set<String> failed = ConcurrentHashMap.newKeySet();
    CompletableFuture<?>[] answers =
        poll.polls().stream()
            .map(node -> ask(node, waits, failed))
            .toArray(CompletableFuture<?>[]::new);
    var _ =
        CompletableFuture.allOf(answers)
            .whenComplete(
                (_, _) ->
                    inbox.putReserved(
                        new GtmEvent.LocksPolled(poll.round(), List.copyOf(waits), failed)));
  }

  void close() {
    source.close();
  }

  private CompletableFuture<Void> ask(NodePoll node, Queue<LockWait> waits, Set<String> failed) {
    return source
        .lockWaits(node)
        .orTimeout(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS)
        .handle(
            (answer, error) -> {
              if (error == null) {
                waits.addAll(answer);
              } else {
                failed.add(node.node().node());
                log.warn(
                    "event=gtm_lock_poll_failed node={} reason=\"{}\"",
                    node.node().node(),
                    error.getMessage());
              }
              return null;
            });
  }
}
