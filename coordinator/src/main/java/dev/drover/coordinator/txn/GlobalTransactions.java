package dev.drover.coordinator.txn;

import dev.drover.pgwire.SqlError;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** What a coordinator's transactions need of the GTM. */
public interface GlobalTransactions {
  /**
   * True while this coordinator holds its lease. Without it nothing may be sent to commit a
   * prepared transaction: somebody else may be deciding it.
   */
  boolean mayCommit();

  int coordinatorId();

  long epoch();

  /** Calls one of the two on the caller's event loop, at once when a leased GXID is at hand. */
  void nextGxid(LongConsumer gxid, Consumer<SqlError> refused);
}
