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
  private final long stamp;
  private Optional<PortalRun> run = Optional.empty();

  /** {@code stamp} tells which savepoints stand before it. */
  Portal(PreparedStatement statement, Bind bind, long stamp) {
    this.statement = requireNonNull(statement);
    this.bind = requireNonNull(bind);
    this.stamp = stamp;
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

  long stamp() {
    return stamp;
  }

  /** What the first Execute began. */
  Optional<PortalRun> run() {
    return run;
  }

  /** An Execute of it is under way. */
  boolean isRunning() {
    return run.map(PortalRun::isRunning).orElse(false);
  }

  void runs(PortalRun started) {
    run = Optional.of(started);
  }

  /** Nobody will execute it again. */
  void close() {
    run.ifPresent(PortalRun::close);
  }
}
