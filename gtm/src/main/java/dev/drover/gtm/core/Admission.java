package dev.drover.gtm.core;

import dev.drover.gtm.protocol.GtmMessage.Register;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Whether a new epoch may be given now: not while a coordinator has been promised to be alone.
 *
 * <p>Who comes meanwhile waits, and while somebody waits nothing more is promised.
 *
 * <p>Threads: confined to the owning {@link GtmCore}.
 */
final class Admission {
  private static final int MAX_WAITING = 10_000;

  private final long promiseNanos;
  private final SequencedMap<Long, Register> waiting = new LinkedHashMap<>();
  private long closedUntil;

  Admission(long promiseNanos, long now) {
    this.promiseNanos = promiseNanos;
    this.closedUntil = now;
  }

  boolean isOpen(long now) {
    return now - closedUntil >= 0;
  }

  boolean isAwaited() {
    return !waiting.isEmpty();
  }

  /** Nobody gets a new epoch for a while. */
  void promise(long now) {
    closedUntil = now + promiseNanos;
  }

  /** The last request of each connection is taken up when the promise has run out. */
  void await(long connection, Register request) {
    if (waiting.size() < MAX_WAITING) {
      waiting.put(connection, request);
    }
  }

  /** The next request that need wait no longer, with its connection; one in a step. */
  Optional<Map.Entry<Long, Register>> takeAdmitted(long now) {
    return isOpen(now) ? Optional.ofNullable(waiting.pollFirstEntry()) : Optional.empty();
  }

  /** When something changes here by itself, if at all. */
  long deadline(long otherwise) {
    return isAwaited() ? closedUntil : otherwise;
  }
}
