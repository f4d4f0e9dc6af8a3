package dev.drover.coordinator.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SecondPhasesTest {
  private static final int FIRST = 1;
  private static final int SECOND = 2;
  private static final int OTHER = 3;

  private final SecondPhases phases = new SecondPhases();
  private final Loop loop = new Loop();
  private final AtomicInteger runs = new AtomicInteger();

  @AfterEach
  void endLoop() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void whoWasOnOneNodeWaitsOnTheOtherAndGoesOnOnce() {
    SecondPhases.SecondPhase phase = phases.start(List.of(FIRST, SECOND));
    phases.await(phases.last(), seen(FIRST), SECOND, loop, runs::incrementAndGet);
    phase.endedOn(FIRST);
    settle();
    assertThat(runs).hasValue(0);
    phase.endedOn(SECOND);
    phases.end(phase);
    settle();
    assertThat(runs).hasValue(1);
    assertThat(phases.isIdle()).isTrue();
  }

  @Test
  void whoHasSeenNothingOfItDoesNotWait() {
    SecondPhases.SecondPhase phase = phases.start(List.of(FIRST, SECOND));
    phases.await(phases.last(), seen(OTHER), SECOND, loop, runs::incrementAndGet);
    phases.await(phases.last() - 1, seen(FIRST), SECOND, loop, runs::incrementAndGet);
    assertThat(runs).hasValue(2);
    phases.end(phase);
  }

  @Test
  void whoHasGoneOnLeavesNoTimerBehind() {
    SecondPhases.SecondPhase phase = phases.start(List.of(FIRST, SECOND));
    phases.await(phases.last(), seen(FIRST), SECOND, loop, runs::incrementAndGet);
    phases.end(phase);
    settle();
    assertThat(runs).hasValue(1);
    assertThat(loop.timers).isNotEmpty().allMatch(Future::isCancelled);
  }

  /** Knows what it was asked to do later. */
  private static final class Loop extends DefaultEventLoop {
    private final List<Future<?>> timers = new ArrayList<>();

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
      ScheduledFuture<?> timer = super.schedule(command, delay, unit);
      timers.add(timer);
      return timer;
    }
  }

  private void settle() {
    loop.submit(() -> {}).syncUninterruptibly();
    loop.submit(() -> {}).syncUninterruptibly();
  }

  private static BitSet seen(int node) {
    BitSet nodes = new BitSet();
    nodes.set(node);
    return nodes;
  }
}
