package dev.drover.gtm.client;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The tick that comes when something is due, earlier than the regular ones.
 *
 * <p>Threads: confined to the client's event loop.
 */
final class DueTick {
  private final EventLoop loop;
  private final Runnable tick;
  private Optional<Planned> planned = Optional.empty();

  private record Planned(long at, ScheduledFuture<?> future) {}

  DueTick(EventLoop loop, Runnable tick) {
    this.loop = loop;
    this.tick = tick;
  }

  /** Replaces what was planned. */
  void planFor(long at, long now) {
    if (planned.filter(one -> one.at == at).isPresent()) {
      return;
    }
    cancel();
    ScheduledFuture<?> future = loop.schedule(this::run, at - now, TimeUnit.NANOSECONDS);
    planned = Optional.of(new Planned(at, future));
  }

  void cancel() {
    planned.ifPresent(one -> one.future.cancel(false));
    planned = Optional.empty();
  }

  private void run() {
    planned = Optional.empty();
    tick.run();
  }
}
