package dev.drover.gtm.locks;

import dev.drover.gtm.protocol.Backend;
import java.util.List;

/**
 * A backend that waits for a lock.
 *
 * @param waitStartMicros when this wait began by the server's clock; with the backend it names the
 *     wait uniquely
 * @param blockers the pids of the same server that stand in its way
 */
public record LockWait(Backend waiting, long waitStartMicros, List<Integer> blockers) {
  public LockWait {
    blockers = List.copyOf(blockers);
  }
}
