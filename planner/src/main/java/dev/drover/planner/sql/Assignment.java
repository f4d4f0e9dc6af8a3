package dev.drover.planner.sql;

import java.util.List;

/**
 * One item of SET.
 *
 * @param row whether it is the form {@code (a, b) = source}, the source being a row or a query
 */
public record Assignment(Span span, List<AssignmentTarget> targets, boolean row, Expr value)
    implements Node {
  public Assignment {
    targets = List.copyOf(targets);
  }

  @Override
  public List<Node> children() {
    return Children.of(targets).and(value).list();
  }
}
