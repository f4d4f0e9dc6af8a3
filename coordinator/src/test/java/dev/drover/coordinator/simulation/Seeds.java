package dev.drover.coordinator.simulation;

import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * Runs one simulation for each seed, on all cores; of each run one thread is at work at a time, and
 * it depends on nothing but its seed.
 *
 * <p>{@code -Dseed=N} runs that one, {@code -Dseeds=N} so many from there.
 */
final class Seeds {
  private final long first;
  private final long count;

  private Seeds(long first, long count) {
    this.first = first;
    this.count = count;
  }

  static Seeds orElse(long count) {
    boolean isOne = System.getProperty("seed") != null;
    return new Seeds(Long.getLong("seed", 1), Long.getLong("seeds", isOne ? 1 : count));
  }

  long count() {
    return count;
  }

  /** The simulations when they have ended; fails with the lowest seed that fails. */
  void run(LongFunction<Simulation> simulations, Ended ended) {
    AtomicLong next = new AtomicLong(first);
    NavigableMap<Long, Failure> failures = new ConcurrentSkipListMap<>();
    // A simulation hands over to its simulated threads and back: cheap between virtual threads.
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
        workers.execute(
            () -> {
              long seed = next.getAndIncrement();
              while (seed < first + count) {
                run(seed, simulations.apply(seed), ended)
                    .ifPresent(failure -> failures.put(failure.seed, failure));
                seed = next.getAndIncrement();
              }
            });
      }
    }
    if (!failures.isEmpty()) {
      Failure lowest = failures.firstEntry().getValue();
      throw new AssertionError(
          "seed %d at %d ms; of %d seeds %d fail"
              .formatted(lowest.seed, lowest.atMillis, count, failures.size()),
          lowest.cause);
    }
  }

  private static Optional<Failure> run(long seed, Simulation simulation, Ended ended) {
    try {
      simulation.run();
      synchronized (ended) {
        ended.add(simulation);
      }
      return Optional.empty();
    } catch (RuntimeException | Error e) {
      return Optional.of(new Failure(seed, simulation.now() / Simulation.MILLIS, e));
    }
  }

  /** Sums up what the runs were worth; called by one thread at a time. */
  interface Ended {
    void add(Simulation simulation);
  }

  private record Failure(long seed, long atMillis, Throwable cause) {}
}
