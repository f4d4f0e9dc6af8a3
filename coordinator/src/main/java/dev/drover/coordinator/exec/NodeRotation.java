package dev.drover.coordinator.exec;

import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import java.util.List;

/**
 * Chooses one of several equal nodes: one that the transaction already uses, else the next in turn.
 *
 * <p>Threads: confined to its event loop.
 */
public final class NodeRotation {
  private int next;

  public int choose(Transaction transaction, List<Integer> nodes, boolean writes) {
    for (Participant participant : transaction.participants()) {
      if ((participant.wrote() || !writes) && nodes.contains(participant.node())) {
        return participant.node();
      }
    }
    next = (next + 1) & Integer.MAX_VALUE;
    return nodes.get(next % nodes.size());
  }
}
