package dev.drover.coordinator.session;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.exec.Operator;
import dev.drover.pgwire.FrontendDecoder.Bind;
import java.util.Optional;

/**
 * A prepared statement with its parameters, and what runs of it.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class Portal {
  private final PreparedStatement statement;
  private final Bind bind;
  private Optional<Operator> suspended = Optional.empty();
  private boolean done;

  Portal(PreparedStatement statement, Bind bind) {
    this.statement = requireNonNull(statement);
    this.bind = requireNonNull(bind);
  }

  PreparedStatement statement() {
    return statement;
  }

  Bind bind() {
    return bind;
  }

  /** The run that waits for the next Execute. */
  Optional<Operator> suspended() {
    return suspended;
  }

  void suspend(Operator operator) {
    suspended = Optional.of(operator);
  }

  void resumed() {
    suspended = Optional.empty();
  }

  boolean done() {
    return done;
  }

  void finish() {
    done = true;
    suspended = Optional.empty();
  }
}
