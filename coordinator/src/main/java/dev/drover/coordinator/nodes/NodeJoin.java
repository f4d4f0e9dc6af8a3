package dev.drover.coordinator.nodes;

import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.SqlError;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings several nodes into a transaction, one after another.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class NodeJoin implements Transaction.Joining {
  /** Told once. */
  public interface Listener {
    /** All that were wanted, in the order of the nodes. */
    void joined(List<Participant> participants);

    void refused(SqlError why);
  }

  private final Transaction transaction;
  private final List<Integer> nodes;
  private final Listener listener;
  private final List<Participant> participants = new ArrayList<>();
  private boolean stopped;

  public NodeJoin(Transaction transaction, List<Integer> nodes, Listener listener) {
    this.transaction = transaction;
    this.nodes = List.copyOf(nodes);
    this.listener = listener;
  }

  public void start() {
    if (stopped || participants.size() == nodes.size()) {
      listener.joined(List.copyOf(participants));
    } else {
      transaction.join(nodes.get(participants.size()), this);
    }
  }

  /** No more are wanted than those that have joined and the one that is just joining. */
  public void stop() {
    stopped = true;
  }

  @Override
  public void joined(Participant participant) {
    participants.add(participant);
    start();
  }

  @Override
  public void refused(SqlError why) {
    flush(participants);
    listener.refused(why);
  }

  /** What they were sent on joining goes out, so that their connections stay in step. */
  public static void flush(List<Participant> participants) {
    participants.forEach(p -> p.backend().link().flush());
  }
}
