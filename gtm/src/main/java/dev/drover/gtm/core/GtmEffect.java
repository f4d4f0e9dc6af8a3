package dev.drover.gtm.core;

import dev.drover.gtm.locks.NodePoll;
import dev.drover.gtm.protocol.GtmMessage;
import java.util.List;

/** What a {@link GtmCore} wants done once the records of the same step are durable. */
public sealed interface GtmEffect {
  record Send(long connection, GtmMessage.FromGtm message) implements GtmEffect {}

  /** Ask these nodes and answer with {@link GtmEvent.LocksPolled}. */
  record PollLocks(long round, List<NodePoll> polls) implements GtmEffect {
    public PollLocks {
      polls = List.copyOf(polls);
    }
  }
}
