package dev.drover.coordinator.txn;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A start that a pause of the cluster holds back. No server knows of it yet, so its end by
 * statement_timeout or by a cancel request is the coordinator's own.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class HeldBack {
  private final Runnable begin;
  private final Consumer<SqlError> refused;
  private Optional<Future<?>> limit = Optional.empty();
  private boolean isOver;

  /** Exactly one of the two is called. */
  HeldBack(Runnable begin, Consumer<SqlError> refused) {
    this.begin = begin;
    this.refused = refused;
  }

  /** Zero is no limit, as in PostgreSQL. */
  void limit(EventLoop loop, long millis) {
    if (millis > 0) {
      limit =
          Optional.of(
              loop.schedule(() -> refuse("statement timeout"), millis, TimeUnit.MILLISECONDS));
    }
  }

  /** The pause is over. */
  void goOn() {
    if (end()) {
      begin.run();
    }
  }

  void cancel() {
    refuse("user request");
  }

  private void refuse(String reason) {
    if (end()) {
      refused.accept(SqlError.of(SqlState.QUERY_CANCELED, "canceling statement due to " + reason));
    }
  }

  /** True once. */
  private boolean end() {
    boolean isFirst = !isOver;
    isOver = true;
    limit.ifPresent(due -> due.cancel(false));
    return isFirst;
  }
}
