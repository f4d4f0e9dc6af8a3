package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** {@code INTO [TEMP | UNLOGGED] [TABLE] name [DISTRIBUTE BY ...]} of a SELECT. */
public record IntoClause(
    Span span, Persistence persistence, QualifiedName name, Optional<Distribution> distribution)
    implements Node {
  @Override
  public List<Node> children() {
    return Children.of(name).and(distribution).list();
  }
}
