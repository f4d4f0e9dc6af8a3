package dev.drover.planner.plan;

import dev.drover.pgwire.FieldDescription;
import java.util.List;

/**
 * What PostgreSQL itself says of a statement: the catalog node's answer to Parse and Describe.
 *
 * @param parameterTypes OIDs on the catalog node, inferred or declared
 * @param columns of the rows that it returns; there are rows of no columns
 * @param returnsRows whether it returns rows at all
 */
public record StatementFacts(
    List<Integer> parameterTypes, List<FieldDescription> columns, boolean returnsRows) {
  public StatementFacts {
    parameterTypes = List.copyOf(parameterTypes);
    columns = List.copyOf(columns);
  }

  /** Of a statement that returns rows if there are columns. */
  public StatementFacts(List<Integer> parameterTypes, List<FieldDescription> columns) {
    this(parameterTypes, columns, !columns.isEmpty());
  }

  /** Whether its rows have the same names and types; their tables may be others. */
  public boolean returnsSameRows(StatementFacts other) {
    return returnsRows == other.returnsRows && rowType().equals(other.rowType());
  }

  private List<FieldDescription> rowType() {
    return columns.stream().map(column -> column.ofTable(0, 0)).toList();
  }
}
