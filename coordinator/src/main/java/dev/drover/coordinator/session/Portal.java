package dev.drover.coordinator.session;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.catalog.CachedPlan;
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
  private Optional<PortalRun> run = Optional.empty();

  Portal(PreparedStatement statement, Bind bind) {
    this.statement = requireNonNull(statement);
    this.bind = requireNonNull(bind);
  }

  PreparedStatement statement() {
    return statement;
  }

  CachedPlan plan() {
    return statement.plan();
  }

  Bind bind() {
    return bind;
  }

  /** What the first Execute began. */
  Optional<PortalRun> run() {
    return run;
  }

  void runs(PortalRun started) {
    run = Optional.of(started);
  }

  /** Nobody will execute it again. */
  void close() {
    run.ifPresent(PortalRun::close);
  }
}
