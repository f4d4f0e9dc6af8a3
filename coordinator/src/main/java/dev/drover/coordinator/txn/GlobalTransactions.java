package dev.drover.coordinator.txn;

import dev.drover.pgwire.SqlError;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** What a coordinator's transactions need of the GTM. */
public interface GlobalTransactions {
  /** Prepared transactions whose names begin so are Drover's. */
  String GID_PREFIX = "gx_";

  /**
   * True until the GTM has ended this epoch. Afterwards nothing may be sent to decide its prepared
   * transactions: somebody else does. While the GTM is only silent it stays true: whoever wants to
   * decide must first shut this epoch out at the servers, and then nothing sent arrives.
   */
  boolean mayCommit(long epoch);

  int coordinatorId();

  long epoch();

  /** Calls one of the two on the caller's event loop, at once when a leased GXID is at hand. */
  void nextGxid(LongConsumer gxid, Consumer<SqlError> refused);
}
