package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** DELETE; WHERE CURRENT OF is an {@link Expr.Special} of that name. */
public record Delete(
    Span span,
    Optional<QueryPart.With> with,
    FromItem.TableRef target,
    List<FromItem> using,
    Optional<Expr> where,
    Optional<Returning> returning)
    implements Statement {
  public Delete {
    using = List.copyOf(using);
  }

  @Override
  public List<Node> children() {
    return Children.of(with).and(target).and(using).and(where).and(returning).list();
  }
}
