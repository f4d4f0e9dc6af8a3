package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** A query with the clauses that apply to its whole result. */
public record Query(
    Span span,
    Optional<QueryPart.With> with,
    QueryBody body,
    List<QueryPart.SortItem> orderBy,
    Optional<QueryPart.Limit> limit,
    Optional<QueryPart.Offset> offset,
    List<QueryPart.Locking> locking)
    implements Node {
  public Query {
    orderBy = List.copyOf(orderBy);
    locking = List.copyOf(locking);
  }

  /** The same query with the span of the parentheses around it. */
  Query within(Span parentheses) {
    return new Query(parentheses, with, body, orderBy, limit, offset, locking);
  }

  @Override
  public List<Node> children() {
    return Children.of(with).and(body).and(orderBy).and(limit).and(offset).and(locking).list();
  }
}
