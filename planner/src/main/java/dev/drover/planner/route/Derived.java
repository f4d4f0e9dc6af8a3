package dev.drover.planner.route;

import java.util.List;
import java.util.Optional;

/**
 * A query in FROM, or a reference to a common table or a view.
 *
 * @param columns what the query's columns are called here; empty when they are not known
 * @param common the query is one of WITH, which others may read too
 */
record Derived(String name, QueryInfo query, Optional<List<String>> columns, boolean common)
    implements Source {
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
