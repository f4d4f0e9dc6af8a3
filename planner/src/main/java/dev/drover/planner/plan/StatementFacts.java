package dev.drover.planner.plan;

import dev.drover.pgwire.FieldDescription;
import java.util.List;

/**
 * What PostgreSQL itself says of a statement: the catalog node's answer to Parse and Describe.
 *
 * @param parameterTypes OIDs on the catalog node, inferred or declared
 * @param columns empty when it returns no rows
 */
public record StatementFacts(List<Integer> parameterTypes, List<FieldDescription> columns) {
  public StatementFacts {
    parameterTypes = List.copyOf(parameterTypes);
    columns = List.copyOf(columns);
  }
}
