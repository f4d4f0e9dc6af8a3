package dev.drover.coordinator;

import dev.drover.coordinator.metrics.LoopCounts;
import dev.drover.coordinator.pool.Admission;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.snapshot.CommitGate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;

/**
 * What the event loops have counted, copied on each loop when somebody asks, at most every {@value
 * #KEPT_MILLIS} ms. Of a loop that does not answer in time the last copy stays.
 *
 * <p>Threads: thread-safe.
 */
final class LoopReadings {
  private static final long KEPT_MILLIS = 500;
  private static final long PATIENCE_MILLIS = 1_000;

  private final List<LoopServices> loops;
  private List<Reading> latest;
  private long readAt;

  /** One event loop at one moment. */
  record Reading(
      int openSessions,
      LoopCounts.Reading counts,
      Admission.Reading admission,
      CommitGate.Reading commits,
      Map<Integer, BackendPool.Reading> pools) {}

  LoopReadings(List<LoopServices> loops) {
    this.loops = loops;
    this.latest = readAll(List.of());
    this.readAt = System.nanoTime();
  }

  /** Of all loops together. */
  long sum(ToLongFunction<Reading> part) {
    return current().stream().mapToLong(part).sum();
  }

  /** Of all loops' connections to one node. */
  long sumOfNode(int node, ToLongFunction<BackendPool.Reading> part) {
    return sum(
        reading -> {
          BackendPool.Reading pool = reading.pools().get(node);
          return pool == null ? 0 : part.applyAsLong(pool);
        });
  }

  private synchronized List<Reading> current() {
    long now = System.nanoTime();
    if (now - readAt > TimeUnit.MILLISECONDS.toNanos(KEPT_MILLIS)) {
      latest = readAll(latest);
      readAt = now;
    }
    return latest;
  }

  private List<Reading> readAll(List<Reading> former) {
    List<Future<Reading>> answers =
        loops.stream().<Future<Reading>>map(l -> l.loop().submit(() -> read(l))).toList();
    List<Reading> readings = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      try {
        readings.add(answers.get(i).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
      } catch (TimeoutException | ExecutionException e) {
        if (i < former.size()) {
          readings.add(former.get(i));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return former;
      }
    }
    return List.copyOf(readings);
  }

  private static Reading read(LoopServices services) {
    return new Reading(
        services.sessions().sessions().size(),
        services.sessions().counts().read(),
        services.sessions().transactions().admission().read(),
        services.sessions().transactions().gate().read(),
        services.pool().read());
  }
}
