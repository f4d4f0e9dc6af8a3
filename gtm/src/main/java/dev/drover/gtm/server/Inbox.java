package dev.drover.gtm.server;

import dev.drover.gtm.core.GtmEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The events that wait for the core.
 *
 * <p>Clients may fill it up to a reserve, which is kept for what must not be lost: ends of
 * connections and of polls.
 *
 * <p>Threads: thread-safe; one reader.
 */
final class Inbox {
  /** Connections that may be open at once, and thus end at once. */
  static final int MAX_CONNECTIONS = 10_000;

  private static final int MAX_FROM_CLIENTS = 20_000;
  private static final int RESERVE = MAX_CONNECTIONS + 16;
  private static final int MAX_BATCH = 256;

  private final BlockingQueue<GtmEvent> events =
      new ArrayBlockingQueue<>(MAX_FROM_CLIENTS + RESERVE);

  /** False if there are too many. */
  boolean offer(GtmEvent event) {
    return events.remainingCapacity() > RESERVE && events.offer(event);
  }

  void putReserved(GtmEvent event) {
    if (!events.offer(event)) {
      throw new IllegalStateException("the inbox's reserve is used up");
    }
  }

  /** What has come in, after waiting for something for at most so long. */
  List<GtmEvent> take(long waitNanos) throws InterruptedException {
    List<GtmEvent> batch = new ArrayList<>();
    GtmEvent first = events.poll(waitNanos, TimeUnit.NANOSECONDS);
    if (first != null) {
      batch.add(first);
      events.drainTo(batch, MAX_BATCH - 1);
    }
    return batch;
  }
}
