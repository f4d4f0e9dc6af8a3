package dev.drover.coordinator.txn;

import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.util.List;
import java.util.function.Consumer;

/**
 * The transactions of one event loop that hold connections, for the deadlock detector's reports.
 *
 * <p>Threads: confined to its event loop.
 */
public final class TransactionRegistry {
  private final LongObjectMap<Transaction> active = new LongObjectHashMap<>();
  private final long step;
  private long next;

  /** Numbers start at {@code first} and go up by {@code step}, so loops never share one. */
  public TransactionRegistry(long first, long step) {
    this.next = first;
    this.step = step;
  }

  long enter(Transaction transaction) {
    long number = next;
    next += step;
    active.put(number, transaction);
    return number;
  }

  void leave(long number) {
    active.remove(number);
  }

  public void forEach(Consumer<Transaction> action) {
    List.copyOf(active.values()).forEach(action);
  }

  /** Runs {@code action} with the transaction if it is still active. */
  public void with(long number, Consumer<Transaction> action) {
    Transaction transaction = active.get(number);
    if (transaction != null) {
      action.accept(transaction);
    }
  }
}
