package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * How a row of a replicated table is found on all its nodes.
 *
 * @param primary the node that is changed first, and has the cursor
 * @param key quoted names of columns that tell every row from the others; empty when none do
 * @param same a column, quoted, that may be set to the value it has
 */
public record RowCopies(
    int primary, List<Integer> others, List<String> key, Optional<String> same) {
  public RowCopies {
    others = List.copyOf(others);
    key = List.copyOf(key);
    requireNonNull(same);
  }
}
