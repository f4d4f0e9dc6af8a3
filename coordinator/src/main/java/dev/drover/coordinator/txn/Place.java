package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.Admission;
import dev.drover.pgwire.SqlError;
import java.util.function.Consumer;

/**
 * A transaction's place among the active ones of its coordinator, which it takes before its first
 * connection.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class Place {
  private final TransactionServices services;
  private final Transaction transaction;
  private boolean taken;
  private long number;

  Place(TransactionServices services, Transaction transaction) {
    this.services = services;
    this.transaction = transaction;
  }

  /** Unique among the active transactions of this coordinator; later ones have higher numbers. */
  long number() {
    return number;
  }

  /** Takes a place if it has none, now or when one is free; exactly one of the two is called. */
  void take(Runnable then, Consumer<SqlError> refused) {
    if (taken) {
      then.run();
      return;
    }
    services.pause().begin(transaction, () -> admit(then, refused), refused);
  }

  private void admit(Runnable then, Consumer<SqlError> refused) {
    Admission.Ticket ticket =
        new Admission.Ticket() {
          @Override
          public void admitted() {
            enter();
            then.run();
          }

          @Override
          public void refused(SqlError error) {
            services.pause().ended();
            refused.accept(error);
          }
        };
    if (services.admission().admit(ticket)) {
      ticket.admitted();
    }
  }

  private void enter() {
    taken = true;
    transaction.waits().started();
    number = services.registry().enter(transaction);
  }

  void leave() {
    if (taken) {
      taken = false;
      services.registry().leave(number);
      services.admission().leave();
      services.pause().ended();
    }
  }
}
