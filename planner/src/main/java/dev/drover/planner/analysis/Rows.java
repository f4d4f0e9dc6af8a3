package dev.drover.planner.analysis;

import java.util.List;
import java.util.Optional;

/**
 * Rows that come from no table by name.
 *
 * @param free nodes can compute them each by itself: a function's rows, but not those of a
 *     recursive or modifying query of WITH
 */
public record Rows(String name, Optional<List<String>> columns, boolean free) implements Source {
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
