package dev.drover.gtm.locks;

import dev.drover.gtm.protocol.NodeAddress;
import java.util.List;

/** A question to one node: which of these backends wait for a lock, and for whom? */
public record NodePoll(NodeAddress node, List<Integer> pids) {
  public NodePoll {
    pids = List.copyOf(pids);
  }
}
