package dev.drover.planner.sql;

import java.util.List;

/** What CREATE TABLE and ALTER TABLE say about partitioning by the user. */
public sealed interface PartitionClause extends Node {
  /** {@code PARTITION BY strategy (key, ...)}. */
  record By(Span span, String strategy, List<IndexElement> keys) implements PartitionClause {
    public By {
      keys = List.copyOf(keys);
    }

    @Override
    public List<Node> children() {
      return Children.of(keys).list();
    }
  }

  /**
   * {@code FOR VALUES ...} or DEFAULT.
   *
   * @param values of IN; of FROM and TO one after the other; of WITH modulus and remainder
   */
  record Bound(Span span, Kind kind, List<Expr> values) implements PartitionClause {
    /** Which form. */
    public enum Kind {
      IN,
      FROM_TO,
      MODULUS,
      DEFAULT
    }

    public Bound {
      values = List.copyOf(values);
    }

    @Override
    public List<Node> children() {
      return Children.of(values).list();
    }
  }

  /** {@code PARTITION OF parent ... bound}; the span is that of the parent's name. */
  record Of(Span span, QualifiedName parent) implements PartitionClause {
    @Override
    public List<Node> children() {
      return List.of(parent);
    }
  }
}
