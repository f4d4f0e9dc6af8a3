package dev.drover.coordinator.metrics;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * What the sessions of one event loop have done since the start.
 *
 * <p>Statements are counted by adding one to a plain number. The clock is read for one statement in
 * {@value #TIMED_EVERY}, and only if somebody wants to know.
 *
 * <p>Threads: confined to its event loop, {@link #timesTo} apart.
 */
public final class LoopCounts {
  /** A power of two. */
  private static final int TIMED_EVERY = 64;

  private static final int CLASS_LENGTH = 2;

  /** Each number is the only element of an array, so that counting makes no object. */
  private final Map<StatementKind, long[]> statements = new EnumMap<>(StatementKind.class);

  private final Map<String, Long> errors = new HashMap<>();
  private volatile LongConsumer times = _ -> {};
  private volatile boolean isTimed;
  private long begun;
  private long sessions;
  private long exchangedBytes;

  /** Copies of the numbers; errors by the class of their SQLSTATE. */
  public record Reading(
      Map<StatementKind, Long> statements,
      Map<String, Long> errors,
      long sessions,
      long exchangedBytes) {}

  public LoopCounts() {
    for (StatementKind kind : StatementKind.values()) {
      statements.put(kind, new long[1]);
    }
  }

  /** From now on some statements are timed. Threads: any; the consumer is called by the loop. */
  public void timesTo(LongConsumer nanos) {
    times = nanos;
    isTimed = true;
  }

  public void sessionOpened() {
    sessions++;
  }

  /** True if this statement is to be timed: {@link #took} follows. */
  public boolean began(StatementKind kind) {
    statements.get(kind)[0]++;
    begun++;
    return isTimed && (begun & (TIMED_EVERY - 1)) == 0;
  }

  /** From the moment when the statement's plan was known to its answer. */
  public void took(long nanos) {
    times.accept(nanos);
  }

  /** A client was told of an error. */
  public void failed(String sqlState) {
    errors.merge(sqlState.substring(0, Math.min(CLASS_LENGTH, sqlState.length())), 1L, Long::sum);
  }

  /** Rows that left a node for another place than a client. */
  public void exchanged(int bytes) {
    exchangedBytes += bytes;
  }

  public Reading read() {
    Map<StatementKind, Long> byKind = new EnumMap<>(StatementKind.class);
    statements.forEach((kind, count) -> byKind.put(kind, count[0]));
    return new Reading(byKind, Map.copyOf(errors), sessions, exchangedBytes);
  }
}
