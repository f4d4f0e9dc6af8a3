package dev.drover.gtm.core;

import dev.drover.gtm.locks.LockWait;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.Role;
import java.util.List;
import java.util.Set;

/** What happens to a {@link GtmCore}. Connections are numbered by the shell, each number once. */
public sealed interface GtmEvent {
  /** A client has proved itself on a new connection. */
  record Connected(long connection, Role role, String name) implements GtmEvent {}

  record Disconnected(long connection) implements GtmEvent {}

  record Received(long connection, GtmMessage.FromClient message) implements GtmEvent {}

  /** Time has passed. */
  record Tick() implements GtmEvent {}

  /** The poll of this number has ended; what the failed nodes know is not in it. */
  record LocksPolled(long round, List<LockWait> waits, Set<String> failedNodes)
      implements GtmEvent {
    public LocksPolled {
      waits = List.copyOf(waits);
      failedNodes = Set.copyOf(failedNodes);
    }
  }
}
