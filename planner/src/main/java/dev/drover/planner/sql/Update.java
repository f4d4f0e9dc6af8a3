package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** UPDATE; WHERE CURRENT OF is an {@link Expr.Special} of that name. */
public record Update(
    Span span,
    Optional<QueryPart.With> with,
    FromItem.TableRef target,
    List<Assignment> assignments,
    List<FromItem> from,
    Optional<Expr> where,
    Optional<Returning> returning)
    implements Statement {
  public Update {
    assignments = List.copyOf(assignments);
    from = List.copyOf(from);
  }

  @Override
  public List<Node> children() {
    return Children.of(with)
        .and(target)
        .and(assignments)
        .and(from)
        .and(where)
        .and(returning)
        .list();
  }
}
