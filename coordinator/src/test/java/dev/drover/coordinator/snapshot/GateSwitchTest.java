package dev.drover.coordinator.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class GateSwitchTest {
  private static final int THREADS = 3;
  private static final int CLOSINGS = 20_000;
  private static final int LOOKS = 200;
  private static final long LIMIT_SECONDS = 60;

  private final GateSwitch gateSwitch = new GateSwitch();
  private final List<String> heard = new ArrayList<>();

  @Test
  void nothingBeginsWhileItIsClosed() {
    assertThat(gateSwitch.beginSecondPhase()).isTrue();
    assertThat(gateSwitch.close()).isEqualTo(1);
    assertThat(gateSwitch.beginSecondPhase()).isFalse();
    assertThat(gateSwitch.isHeld()).isFalse();
    gateSwitch.hold();
    assertThat(gateSwitch.isHeld()).isTrue();
    gateSwitch.open();
    assertThat(gateSwitch.isHeld()).isFalse();
    assertThat(gateSwitch.beginSecondPhase()).isTrue();
  }

  @Test
  void theLastOneThatRunsSaysSo() {
    gateSwitch.beginSecondPhase();
    gateSwitch.beginSecondPhase();
    gateSwitch.close();
    gateSwitch.whenNoneRuns(() -> heard.add("drained"));
    gateSwitch.secondPhaseEnded();
    assertThat(heard).isEmpty();
    gateSwitch.secondPhaseEnded();
    assertThat(heard).containsExactly("drained");
  }

  @Test
  void whoAsksWhenNoneRunsHearsItAtOnceAndOnce() {
    gateSwitch.close();
    gateSwitch.whenNoneRuns(() -> heard.add("drained"));
    assertThat(gateSwitch.beginSecondPhase()).isFalse();
    assertThat(heard).containsExactly("drained");
  }

  @Test
  void whoHasOpenedHearsNothing() {
    gateSwitch.beginSecondPhase();
    gateSwitch.close();
    gateSwitch.whenNoneRuns(() -> heard.add("drained"));
    gateSwitch.open();
    gateSwitch.secondPhaseEnded();
    assertThat(heard).isEmpty();
  }

  @Test
  void noneRunsOnceItIsDrainedWhateverTheThreadsDo() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicBoolean over = new AtomicBoolean();
    int met = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        writers.add(threads.submit(() -> write(running, over)));
      }
      for (int i = 0; i < CLOSINGS; i++) {
        AtomicBoolean drained = new AtomicBoolean();
        gateSwitch.close();
        gateSwitch.whenNoneRuns(() -> drained.set(true));
        while (!drained.get()) {
          Thread.onSpinWait();
        }
        for (int look = 0; look < LOOKS; look++) {
          met += running.get();
        }
        gateSwitch.open();
      }
      over.set(true);
      for (Future<?> writer : writers) {
        ended(writer);
      }
    }
    assertThat(met).as("second phases that ran in a drained gate").isZero();
  }

  private void write(AtomicInteger running, AtomicBoolean over) {
    while (!over.get()) {
      if (gateSwitch.beginSecondPhase()) {
        running.incrementAndGet();
        Thread.onSpinWait();
        running.decrementAndGet();
        gateSwitch.secondPhaseEnded();
      }
    }
  }

  private static void ended(Future<?> writer) throws Exception {
    try {
      writer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
