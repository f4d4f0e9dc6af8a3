package dev.drover.coordinator.pool;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.Optional;

/**
 * Whether it is worth while to connect to a node now. After a failure requests are refused at once
 * for a while that doubles with each further one, so that a node that is down costs nobody a
 * connect timeout, nor is flooded when it comes back.
 *
 * <p>Threads: confined to the event loop of its pool; no clock of its own.
 */
final class NodeHealth {
  private static final long FIRST_PAUSE_NANOS = 25_000_000;
  private static final long LONGEST_PAUSE_NANOS = 400_000_000;

  private Optional<SqlError> failure = Optional.empty();
  private long pauseNanos;
  private long retryAtNanos;

  /** Why a connection would be refused now; empty when one is to be tried. */
  Optional<SqlError> refusal(long nowNanos) {
    return failure.filter(_ -> nowNanos - retryAtNanos < 0);
  }

  void connected() {
    failure = Optional.empty();
    pauseNanos = 0;
  }

  /** Errors that concern one role only leave the node's health alone. */
  void failed(SqlError error, long nowNanos) {
    if (!concernsNode(error.state())) {
      return;
    }
    failure = Optional.of(error);
    pauseNanos =
        pauseNanos == 0 ? FIRST_PAUSE_NANOS : Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
    retryAtNanos = nowNanos + pauseNanos;
  }

  private static boolean concernsNode(SqlState state) {
    return state.kind() == SqlState.Kind.NETWORK || state == SqlState.CANNOT_CONNECT_NOW;
  }
}
