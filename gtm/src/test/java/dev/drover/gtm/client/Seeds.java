package dev.drover.gtm.client;

import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * Runs one simulation for each seed, on all cores; each run is in one thread and depends on nothing
 * but its seed.
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
    List<Failure> failures =
        LongStream.range(first, first + count)
            .parallel()
            .mapToObj(seed -> run(seed, simulations.apply(seed), ended))
            .flatMap(Optional::stream)
            .toList();
    if (!failures.isEmpty()) {
      Failure lowest = failures.getFirst();
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
    } catch (RuntimeException | AssertionError e) {
      return Optional.of(new Failure(seed, simulation.now() / Simulation.MILLIS, e));
    }
  }

  /** Sums up what the runs were worth; called by one thread at a time. */
  interface Ended {
    void add(Simulation simulation);
  }

  private record Failure(long seed, long atMillis, Throwable cause) {}
}
