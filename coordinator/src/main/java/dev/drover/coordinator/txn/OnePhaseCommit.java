package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.ErrorFields;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The commit of a transaction that wrote on one connection only: that server's own COMMIT.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class OnePhaseCommit {
  private static final String ROLLBACK_TAG = "ROLLBACK";

  private OnePhaseCommit() {}

  /** {@code done} is told what the client is to be told, if anything. */
  static void send(
      TransactionServices services, Participant writer, Consumer<Optional<ErrorFields>> done) {
    services
        .gate()
        .commit(
            () -> {
              QuietReply.Outcome outcome =
                  reply -> {
                    services.gate().commitDone();
                    done.accept(error(reply));
                  };
              writer.backend().query("COMMIT", new QuietReply(outcome));
              writer.backend().link().flush();
            });
  }

  private static Optional<ErrorFields> error(QuietReply reply) {
    if (reply.lost().isPresent()) {
      return Optional.of(TransactionErrors.outcomeUnknown());
    }
    if (reply.succeeded() && reply.tag().equals(ROLLBACK_TAG)) {
      return Optional.of(TransactionErrors.rolledBack());
    }
    return reply.error();
  }
}
