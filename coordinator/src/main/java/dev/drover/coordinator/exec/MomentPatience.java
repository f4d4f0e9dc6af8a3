package dev.drover.coordinator.exec;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * How long a statement waits for a moment at which no commit is under way.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class MomentPatience {
  private static final long SECONDS = 30;

  private final String wanted;
  private final Consumer<SqlError> lost;
  private Optional<ScheduledFuture<?>> timer = Optional.empty();

  /**
   * {@code wanted} is what all nodes could do at such a moment; {@code lost} gets 40001 if none
   * comes.
   */
  public MomentPatience(String wanted, Consumer<SqlError> lost) {
    this.wanted = wanted;
    this.lost = lost;
  }

  /** From now on. */
  public void start(EventLoop loop) {
    timer = Optional.of(loop.schedule(this::lose, SECONDS, TimeUnit.SECONDS));
  }

  public void end() {
    timer.ifPresent(running -> running.cancel(false));
  }

  private void lose() {
    lost.accept(
        SqlError.of(
                SqlState.SERIALIZATION_FAILURE,
                "there was no moment at which all nodes could " + wanted)
            .withDetail("Some transaction over several nodes has not ended on all of them.")
            .withHint("Run the statement again, or set drover.global_snapshot to off."));
  }
}
