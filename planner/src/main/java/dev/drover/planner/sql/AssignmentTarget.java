package dev.drover.planner.sql;

import java.util.List;

/**
 * A column that is written, of INSERT's list or SET.
 *
 * @param indirection whether a field or an element of the column is meant, not all of it
 * @param subscripts the expressions inside its brackets
 */
public record AssignmentTarget(Span span, Name column, boolean indirection, List<Expr> subscripts)
    implements Node {
  public AssignmentTarget {
    subscripts = List.copyOf(subscripts);
  }

  @Override
  public List<Node> children() {
    return Children.of(subscripts).list();
  }
}
