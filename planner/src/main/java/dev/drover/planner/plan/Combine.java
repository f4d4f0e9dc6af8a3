package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/** How the results of several nodes become one. */
public sealed interface Combine {
  Combine ALL_ROWS = new Concatenate(Window.ALL);

  /** Number of rows: known, or parameter {@code $index} of type int8. */
  sealed interface RowCount {
    record Fixed(long rows) implements RowCount {}

    record Parameter(int index, int typeOid) implements RowCount {}
  }

  /** {@code LIMIT} and {@code OFFSET} that the coordinator counts off. */
  record Window(Optional<RowCount> limit, Optional<RowCount> offset) {
    public static final Window ALL = new Window(Optional.empty(), Optional.empty());

    public Window {
      requireNonNull(limit);
      requireNonNull(offset);
    }
  }

  /** One after another, in any order; row counts in command tags are added up. */
  record Concatenate(Window window) implements Combine {
    public Concatenate {
      requireNonNull(window);
    }
  }

  /**
   * Merge of results that each node has sorted. The keys are trailing columns of the node text,
   * fetched in binary format and stripped before rows go to the client.
   */
  record Merge(List<SortKey> keys, Window window) implements Combine {
    public Merge {
      keys = List.copyOf(keys);
      requireNonNull(window);
    }
  }

  /**
   * A trailing column of the node text, compared in Java.
   *
   * @param typeOid one of the types whose binary form the coordinator can compare
   */
  record SortKey(int typeOid, boolean descending, boolean nullsFirst) {}
}
