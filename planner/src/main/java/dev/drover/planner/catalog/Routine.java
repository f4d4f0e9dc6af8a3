package dev.drover.planner.catalog;

import static java.util.Objects.requireNonNull;

/**
 * A user's function or procedure, with what it may touch.
 *
 * @param arguments number of arguments without defaults filled in; -1 for variadic
 */
public record Routine(
    String schema, String name, int arguments, Volatility volatility, Reach reach) {
  /** {@code pg_proc.provolatile}. */
  public enum Volatility {
    IMMUTABLE,
    STABLE,
    VOLATILE
  }

  /** Which data a body may read or write. */
  public enum Reach {
    /** No table: runs anywhere. */
    NONE,
    /** Reads replicated tables only: runs on a datanode. */
    REPLICATED_READ,
    /** Names a distributed table: on one node it would see a part. */
    DISTRIBUTED,
    /** Cannot be told (dynamic SQL, another language). */
    UNKNOWN
  }

  public Routine {
    requireNonNull(schema);
    requireNonNull(name);
    requireNonNull(volatility);
    requireNonNull(reach);
  }
}
