package dev.drover.coordinator.ddl;

import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.exec.BlockingTransaction;
import dev.drover.coordinator.exec.DdlServices;
import dev.drover.coordinator.metadata.SlotOwners;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Completion;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A transaction's change of the schema: its private view, and how it becomes everybody's.
 *
 * <p>Before the commit every coordinator is told that the catalog is about to change and has
 * stopped planning by the old one; after it they read the new one.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class DdlChanges {
  private final DdlServices services;
  private final CatalogView view;
  private final Extent extent;

  /** What others have to know of a change. */
  enum Extent {
    /** The schema is another one. */
    SCHEMA,
    /** Rows of a table have gone to other nodes besides. */
    ROWS,
    /** Nothing but the owners of slots changes. */
    SLOTS
  }

  DdlChanges(DdlServices services, CatalogView view, Extent extent) {
    this.services = services;
    this.view = view;
    this.extent = extent;
  }

  Extent extent() {
    return extent;
  }

  public CatalogView view() {
    return view;
  }

  /** The connection that sees the uncommitted schema. */
  public Optional<Backend> catalogParticipant(Transaction transaction) {
    return transaction.find(Node.CATALOG_ID, false).map(Participant::backend);
  }

  public void commit(Transaction transaction, Completion done) {
    commit(transaction, services.publishBegin(), done);
  }

  /** {@code announced} as of {@link DdlServices#publishBegin}. */
  void commit(Transaction transaction, CompletionStage<Long> announced, Completion done) {
    var loop = transaction.services().loop();
    announced.whenComplete(
        (version, failure) ->
            loop.execute(
                () -> {
                  if (failure == null) {
                    announced(transaction, version, done);
                  } else {
                    giveUp(transaction, failure, done);
                  }
                }));
  }

  private void announced(Transaction transaction, long version, Completion done) {
    switch (extent) {
      case SCHEMA -> commit(transaction, version, done);
      case ROWS -> cancelWaiters(transaction, () -> commit(transaction, version, done));
      case SLOTS -> {
        note(transaction, version);
        commit(transaction, version, done);
      }
    }
  }

  /** An error of this statement, whose answer nobody waits for, makes PREPARE fail. */
  private static void note(Transaction transaction, long version) {
    Participant metadata = transaction.find(Node.CATALOG_ID, true).orElseThrow();
    metadata.backend().query(SlotOwners.noted(version), new QuietReply());
  }

  /**
   * Statements that wait for the tables' locks were routed to where the rows were. No other can be
   * sent any more: these end now, before the commit lets them go on.
   */
  private static void cancelWaiters(Transaction transaction, Runnable then) {
    List<Participant> datanodes =
        transaction.participants().stream().filter(p -> p.node() != Node.CATALOG_ID).toList();
    AtomicInteger left = new AtomicInteger(datanodes.size());
    for (Participant participant : datanodes) {
      QuietReply reply =
          new QuietReply(
              _ -> {
                if (left.decrementAndGet() == 0) {
                  then.run();
                }
              });
      participant.backend().query("SELECT drover.cancel_waiters()", reply);
      participant.backend().link().flush();
    }
  }

  private void commit(Transaction transaction, long version, Completion done) {
    transaction.commit(
        error -> {
          if (error.isEmpty()) {
            services.catalog().committed(version);
          }
          services.publishEnd(version, error.isEmpty() || mayHaveCommitted(error.get()));
          done.complete(error);
        });
  }

  private static boolean mayHaveCommitted(ErrorFields error) {
    return error.sqlState().equals(SqlState.TRANSACTION_RESOLUTION_UNKNOWN.code());
  }

  private static void giveUp(Transaction transaction, Throwable failure, Completion done) {
    SqlError error =
        SqlError.of(SqlState.CANNOT_CONNECT_NOW, "the schema change could not be announced")
            .withDetail(String.valueOf(failure.getMessage()));
    transaction.rollback(() -> done.complete(Optional.of(ErrorFields.of(error, Severity.ERROR))));
  }

  /** A rollback to a savepoint may have undone a part: reads the transaction's view again. */
  public void reload(Transaction transaction, DdlSession session, Runnable done) {
    services
        .blocking()
        .execute(
            () -> {
              BlockingTransaction blocking = new BlockingTransaction(transaction);
              CatalogView reloaded = blocking.loadView(services);
              transaction
                  .services()
                  .loop()
                  .execute(
                      () -> {
                        session.changed(new DdlChanges(services, reloaded, extent));
                        done.run();
                      });
            });
  }
}
