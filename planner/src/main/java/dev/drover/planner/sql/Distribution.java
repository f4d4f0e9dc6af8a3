package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/**
 * Drover's clause {@code DISTRIBUTE BY ... TO ...}; the span is the whole clause.
 *
 * @param strategy absent when only TO is given
 */
public record Distribution(
    Span span, Optional<Strategy> strategy, List<Name> columns, Optional<Placement> placement)
    implements Node {
  /** How rows are spread. */
  public enum Strategy {
    REPLICATION,
    ROUNDROBIN,
    HASH,
    MODULO
  }

  /** Which nodes hold the table. */
  public sealed interface Placement {}

  /** {@code TO NODE (a, b)}. */
  public record Nodes(List<Name> names) implements Placement {
    public Nodes {
      names = List.copyOf(names);
    }
  }

  /** {@code TO GROUP g}. */
  public record Group(Name name) implements Placement {}

  public Distribution {
    columns = List.copyOf(columns);
  }
}
