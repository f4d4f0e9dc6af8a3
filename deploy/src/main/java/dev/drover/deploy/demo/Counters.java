package dev.drover.deploy.demo;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the tellers have done.
 *
 * <p>Threads: thread-safe.
 */
final class Counters {
  /** Errors of one SQLSTATE. */
  record Failure(long count, String example) {}

  private final LongAdder committed = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final AtomicLong best = new AtomicLong(1);
  private final Map<String, Failure> failures = new ConcurrentHashMap<>();

  void committedOne() {
    committed.increment();
  }

  void failed(String sqlState, String message) {
    retries.increment();
    failures.merge(
        sqlState, new Failure(1, message), (old, _) -> new Failure(old.count() + 1, old.example()));
  }

  long committed() {
    return committed.sum();
  }

  /** Since the last call. */
  long takeRetries() {
    return retries.sumThenReset();
  }

  /** The most that any second had, this one included. */
  long best(long now) {
    return best.accumulateAndGet(now, Math::max);
  }

  /** By SQLSTATE. */
  Map<String, Failure> failures() {
    return new TreeMap<>(failures);
  }
}
