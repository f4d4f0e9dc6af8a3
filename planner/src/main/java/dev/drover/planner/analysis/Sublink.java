package dev.drover.planner.analysis;

import java.util.List;

/**
 * A query in an expression.
 *
 * @param matches when the expression is a condition {@code x IN (query)} that must be true: what is
 *     equal for the rows of the query that matter
 */
public record Sublink(QueryInfo query, List<Fact> matches) {
  public Sublink {
    matches = List.copyOf(matches);
  }
}
