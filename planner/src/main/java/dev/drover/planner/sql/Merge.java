package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** MERGE. */
public record Merge(
    Span span,
    Optional<QueryPart.With> with,
    FromItem.TableRef target,
    FromItem source,
    Expr on,
    List<When> whens,
    Optional<Returning> returning)
    implements Statement {
  public Merge {
    whens = List.copyOf(whens);
  }

  @Override
  public List<Node> children() {
    return Children.of(with).and(target).and(source).and(on).and(whens).and(returning).list();
  }

  /** One WHEN clause; the lists are empty where the action has no use for them. */
  public record When(
      Span span,
      Match match,
      Optional<Expr> condition,
      Action action,
      List<AssignmentTarget> columns,
      List<Expr> values,
      List<Assignment> assignments)
      implements Node {
    /** Which pairs of rows the clause is for. */
    public enum Match {
      MATCHED,
      NOT_MATCHED_BY_TARGET,
      NOT_MATCHED_BY_SOURCE
    }

    /** What is done with them. */
    public enum Action {
      INSERT,
      INSERT_DEFAULT_VALUES,
      UPDATE,
      DELETE,
      DO_NOTHING
    }

    public When {
      columns = List.copyOf(columns);
      values = List.copyOf(values);
      assignments = List.copyOf(assignments);
    }

    @Override
    public List<Node> children() {
      return Children.of(condition).and(columns).and(values).and(assignments).list();
    }
  }
}
