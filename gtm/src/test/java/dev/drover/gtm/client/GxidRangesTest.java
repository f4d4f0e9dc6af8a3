package dev.drover.gtm.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class GxidRangesTest {
  private static final int THREADS = 4;
  private static final int RANGES = 200;
  private static final int RANGE_SIZE = 100;

  @Test
  void nothingIsInHandAtFirst() {
    GxidRanges ranges = new GxidRanges();
    assertThat(ranges.tryNext()).isEqualTo(GxidRanges.NONE);
    assertThat(ranges.needsRefill()).isTrue();
  }

  /** A range that was asked for twice must not stop all further ones. */
  @Test
  void aRangeOnTopOfAReserveStaysUnused() {
    GxidRanges ranges = new GxidRanges();
    ranges.add(100, 101);
    assertThat(ranges.tryNext()).isEqualTo(100);
    ranges.add(200, 201);
    ranges.add(300, 301);
    assertThat(ranges.tryNext()).isEqualTo(200);
    assertThat(ranges.tryNext()).isEqualTo(GxidRanges.NONE);
    ranges.add(400, 401);
    assertThat(ranges.tryNext()).isEqualTo(400);
  }

  @Test
  void aReserveIsAskedForWhenAQuarterIsLeft() {
    GxidRanges ranges = new GxidRanges();
    ranges.add(100, 200);
    assertThat(ranges.tryNext()).isEqualTo(100);
    for (int i = 0; i < 73; i++) {
      ranges.tryNext();
    }
    assertThat(ranges.needsRefill()).isFalse();
    ranges.tryNext();
    assertThat(ranges.needsRefill()).isTrue();
    ranges.add(500, 600);
    assertThat(ranges.needsRefill()).isFalse();
    for (int i = 0; i < 25; i++) {
      assertThat(ranges.tryNext()).isEqualTo(175 + i);
    }
    assertThat(ranges.tryNext()).isEqualTo(500);
  }

  /** Threads draw as fast as they can while one refills: each number comes exactly once. */
  @Test
  @Timeout(60)
  void severalThreadsDrawEveryNumberOnce() throws Exception {
    GxidRanges ranges = new GxidRanges();
    AtomicLong left = new AtomicLong((long) RANGES * RANGE_SIZE);
    List<Future<List<Long>>> draws = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (int i = 0; i < THREADS; i++) {
        draws.add(threads.submit(() -> draw(ranges, left)));
      }
      for (long from = 0; from < (long) RANGES * RANGE_SIZE; from += RANGE_SIZE) {
        while (!ranges.needsRefill()) {
          Thread.onSpinWait();
        }
        ranges.add(from, from + RANGE_SIZE);
      }
      List<Long> drawn = new ArrayList<>();
      for (Future<List<Long>> draw : draws) {
        drawn.addAll(draw.get());
      }
      List<Long> all = LongStream.range(0, (long) RANGES * RANGE_SIZE).boxed().toList();
      assertThat(drawn.stream().sorted().toList()).isEqualTo(all);
    }
  }

  private static List<Long> draw(GxidRanges ranges, AtomicLong left) {
    List<Long> drawn = new ArrayList<>();
    while (left.get() > 0) {
      long number = ranges.tryNext();
      if (number == GxidRanges.NONE) {
        Thread.onSpinWait();
        continue;
      }
      drawn.add(number);
      left.decrementAndGet();
    }
    return drawn;
  }
}
