package dev.drover.planner.sql;

import java.util.List;

/** {@code RETURNING ...}; the span is the whole clause. */
public record Returning(Span span, List<QueryPart.Target> targets) implements Node {
  public Returning {
    targets = List.copyOf(targets);
  }

  @Override
  public List<Node> children() {
    return Children.of(targets).list();
  }
}
