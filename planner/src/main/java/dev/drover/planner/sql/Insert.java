package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/**
 * INSERT.
 *
 * @param source empty for DEFAULT VALUES
 */
public record Insert(
    Span span,
    Optional<QueryPart.With> with,
    FromItem.TableRef target,
    List<AssignmentTarget> columns,
    Overriding overriding,
    Optional<Query> source,
    Optional<OnConflict> onConflict,
    Optional<Returning> returning)
    implements Statement {
  /** What OVERRIDING says about identity columns. */
  public enum Overriding {
    NONE,
    USER_VALUE,
    SYSTEM_VALUE
  }

  public Insert {
    columns = List.copyOf(columns);
  }

  @Override
  public List<Node> children() {
    return Children.of(with)
        .and(target)
        .and(columns)
        .and(source)
        .and(onConflict)
        .and(returning)
        .list();
  }

  /**
   * {@code ON CONFLICT ...}; the span is the whole clause.
   *
   * @param assignments empty for DO NOTHING
   */
  public record OnConflict(
      Span span,
      List<IndexElement> elements,
      Optional<Expr> indexPredicate,
      Optional<Name> constraint,
      boolean doNothing,
      List<Assignment> assignments,
      Optional<Expr> where)
      implements Node {
    public OnConflict {
      elements = List.copyOf(elements);
      assignments = List.copyOf(assignments);
    }

    @Override
    public List<Node> children() {
      return Children.of(elements).and(indexPredicate).and(assignments).and(where).list();
    }
  }
}
