package dev.drover.planner.ddl;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.catalog.Relation;
import java.util.List;

/**
 * A table as the catalog node sees it at some moment, with what {@link Relation} leaves out.
 *
 * @param temporary it belongs to one session
 */
public record TableShape(Relation relation, List<Exclusion> exclusions, boolean temporary) {
  public TableShape {
    requireNonNull(relation);
    exclusions = List.copyOf(exclusions);
  }

  /**
   * An exclusion constraint.
   *
   * @param equalColumns attribute numbers of the plain columns that are compared with {@code =}
   */
  public record Exclusion(String name, List<Integer> equalColumns) {
    public Exclusion {
      requireNonNull(name);
      equalColumns = List.copyOf(equalColumns);
    }
  }
}
