package dev.drover.planner.sql;

import java.util.List;

/**
 * A node of the syntax tree.
 *
 * <p>Invariant: the spans of {@link #children()} lie within {@link #span()}, in the order of the
 * text, and do not overlap.
 *
 * <p>Threads: all nodes are immutable.
 */
public sealed interface Node
    permits Alias,
        AlterAction,
        Assignment,
        AssignmentTarget,
        Constraint.Rule,
        CopyEndpoint,
        Distribution,
        Expr,
        FromItem,
        GenericOption,
        IndexElement,
        Insert.OnConflict,
        IntoClause,
        Merge.When,
        PartitionClause,
        QualifiedName,
        Query,
        QueryBody,
        QueryPart,
        Returning,
        Statement,
        TableElement,
        TypeName {
  Span span();

  /** The nodes directly below, in the order of the text. */
  default List<Node> children() {
    return List.of();
  }
}
