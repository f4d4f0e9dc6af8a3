package dev.drover.coordinator.exec;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.SqlError;
import java.util.concurrent.CompletableFuture;

/** One statement on a connection that takes no part in the transaction. */
final class OutsideQuery {
  private OutsideQuery() {}

  static void run(
      Transaction transaction,
      int node,
      SettingsState settings,
      String sql,
      CompletableFuture<QuietReply> future) {
    BackendPool pool = transaction.services().pool();
    pool.acquire(
        node,
        transaction.role(),
        new BackendPool.Request() {
          @Override
          public void acquired(Backend backend) {
            backend.applySettings(settings);
            backend.query(
                sql,
                new QuietReply(
                    reply -> {
                      pool.release(backend);
                      future.complete(reply);
                    }));
            backend.link().flush();
          }

          @Override
          public void refused(SqlError error) {
            future.completeExceptionally(error);
          }
        });
  }
}
