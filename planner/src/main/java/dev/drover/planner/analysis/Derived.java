package dev.drover.planner.analysis;

import dev.drover.planner.catalog.Relation;
import java.util.List;
import java.util.Optional;

/**
 * A query in FROM, or a reference to a common table or a view.
 *
 * @param columns what the query's columns are called here; empty when they are not known
 * @param common the query is one of WITH, which others may read too
 * @param view the view whose query it is
 */
public record Derived(
    String name,
    QueryInfo query,
    Optional<List<String>> columns,
    boolean common,
    Optional<Relation> view)
    implements Source {
  Derived(String name, QueryInfo query, Optional<List<String>> columns, boolean common) {
    this(name, query, columns, common, Optional.empty());
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
