package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/**
 * A key of an index, of ON CONFLICT, of EXCLUDE or of PARTITION BY: a column, or an expression.
 *
 * @param with the operator of an EXCLUDE element
 */
public record IndexElement(
    Span span, Optional<Name> column, Optional<Expr> expression, Optional<OperatorName> with)
    implements Node {
  @Override
  public List<Node> children() {
    return Children.of(expression).list();
  }
}
