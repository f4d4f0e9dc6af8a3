package dev.drover.redistribute.job;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this coordinator's jobs have done since it started.
 *
 * <p>Threads: thread-safe.
 */
public final class JobCounts {
  private static final LongAdder NONE = new LongAdder();

  private final Map<Job.End, LongAdder> ended = new ConcurrentHashMap<>();
  private final LongAdder movesDone = new LongAdder();
  private final LongAdder movesFailed = new LongAdder();
  private final LongAdder byteCount = new LongAdder();
  private final LongAdder rowCount = new LongAdder();
  private final LongAdder blockedMicros = new LongAdder();

  void ended(Job.End end) {
    ended.computeIfAbsent(end, _ -> new LongAdder()).increment();
  }

  /** Jobs that have ended so. */
  public long jobs(Job.End end) {
    return ended.getOrDefault(end, NONE).sum();
  }

  /** A move is over, with its slot at the target or not. */
  public void moveOver(boolean done) {
    (done ? movesDone : movesFailed).increment();
  }

  public long movesDone() {
    return movesDone.sum();
  }

  public long movesFailed() {
    return movesFailed.sum();
  }

  /** Rows were sent to another node. */
  public void copied(long bytes, long rows) {
    byteCount.add(bytes);
    rowCount.add(rows);
  }

  public long bytes() {
    return byteCount.sum();
  }

  public long rows() {
    return rowCount.sum();
  }

  /** Writers of a slot or table had to wait for so long. */
  public void blocked(long micros) {
    blockedMicros.add(micros);
  }

  public long blockedMicros() {
    return blockedMicros.sum();
  }
}
