package dev.drover.coordinator.cursor;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Node;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The session's connection that keeps rows of cursors. It is no part of any transaction, so neither
 * an error of the client's transaction nor PREPARE TRANSACTION concerns it.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class CursorWorker {
  private final Transaction transaction;
  private Optional<Backend> backend = Optional.empty();
  private boolean abandoned;

  public CursorWorker(Transaction transaction) {
    this.transaction = requireNonNull(transaction);
  }

  /** Finds or makes the connection. */
  public void acquire(Consumer<Backend> ready, Consumer<SqlError> refused) {
    Optional<Backend> open = backend.filter(b -> b.link().isOpen());
    if (open.isPresent()) {
      ready.accept(open.get());
      return;
    }
    transaction
        .services()
        .pool()
        .acquire(
            Node.CATALOG_ID,
            transaction.role(),
            new BackendPool.Request() {
              @Override
              public void acquired(Backend acquired) {
                if (abandoned) {
                  transaction.services().pool().release(acquired);
                  return;
                }
                backend = Optional.of(acquired);
                ready.accept(acquired);
              }

              @Override
              public void refused(SqlError error) {
                refused.accept(error);
              }
            });
  }

  /** No cursor is kept any more: the connection goes back when it has answered. */
  public void release() {
    Optional<Backend> kept = backend;
    backend = Optional.empty();
    kept.ifPresent(
        b -> {
          if (b.link().isOpen()) {
            b.query("CLOSE ALL", new QuietReply(_ -> transaction.services().pool().release(b)));
            b.link().flush();
          } else {
            transaction.services().pool().release(b);
          }
        });
  }

  /** The session ends. */
  public void abandon() {
    abandoned = true;
    backend.ifPresent(
        b -> {
          b.cancelAndClose();
          transaction.services().pool().release(b);
        });
    backend = Optional.empty();
  }
}
