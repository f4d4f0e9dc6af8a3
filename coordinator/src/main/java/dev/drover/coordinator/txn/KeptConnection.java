package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.Optional;

/**
 * The connection to the catalog node that a session keeps for what lives in it: temporary tables,
 * advisory locks, values of sequences. When it is lost, so is all that; the session is told once.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class KeptConnection {
  private final TemporaryUse temporaryUse;
  private Optional<Backend> backend = Optional.empty();
  private boolean lost;

  KeptConnection(TemporaryUse temporaryUse) {
    this.temporaryUse = temporaryUse;
  }

  Optional<Backend> backend() {
    return backend;
  }

  boolean is(Backend other) {
    return backend.isPresent() && backend.get() == other;
  }

  /** Keeps this one, unless there is one. */
  void keep(Backend found) {
    if (backend.isEmpty()) {
      backend = Optional.of(found);
      found.link().onClose(() -> closed(found));
    }
  }

  private void closed(Backend closed) {
    if (is(closed)) {
      backend = Optional.empty();
      lost = true;
      temporaryUse.note();
    }
  }

  /** The session has been told since. */
  boolean lost() {
    backend.filter(b -> !b.link().isOpen()).ifPresent(this::closed);
    return lost;
  }

  /** What the session is told instead of going on as if it still had all. */
  SqlError takeLoss() {
    lost = false;
    return SqlError.of(
            SqlState.CONNECTION_FAILURE, "the session's connection to the catalog node was lost")
        .withDetail(
            "Temporary tables, advisory locks and values of sequences of this session are gone.");
  }

  /** The session needs nothing of it any more. */
  void giveUp(BackendPool pool) {
    Optional<Backend> given = backend;
    backend = Optional.empty();
    lost = false;
    given.ifPresent(
        b -> {
          b.closeOnRelease();
          pool.release(b);
        });
  }
}
