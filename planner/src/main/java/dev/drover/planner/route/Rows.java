package dev.drover.planner.route;

import java.util.List;
import java.util.Optional;

/** Rows that come from no table: a function, or a recursive reference. */
record Rows(String name, Optional<List<String>> columns) implements Source {
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
