package dev.drover.coordinator.exec;

import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.coordinator.txn.TransactionDefaults;
import dev.drover.planner.sql.TransactionCommand.Isolation;

/** Whether connections beside a transaction's own can see just what the transaction sees. */
public final class SharedView {
  private SharedView() {}

  /**
   * Not what it has written itself; not at SERIALIZABLE, where what is read counts; and not, when
   * it keeps its view, without snapshots of all nodes.
   */
  public static boolean isPossible(Call call) {
    Transaction transaction = call.transaction();
    TransactionDefaults defaults = call.scopes().transactionDefaults();
    Isolation isolation =
        transaction.scope() == Transaction.Scope.NONE
            ? defaults.isolation()
            : transaction.view().modes().isolation().orElseThrow();
    return switch (isolation) {
      case READ_UNCOMMITTED, READ_COMMITTED -> hasNotWritten(transaction);
      case REPEATABLE_READ -> defaults.globalSnapshots() && hasNotWritten(transaction);
      case SERIALIZABLE -> false;
    };
  }

  private static boolean hasNotWritten(Transaction transaction) {
    return transaction.participants().stream().noneMatch(Participant::wrote);
  }
}
