package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** What stands between the parentheses of CREATE TABLE. */
public sealed interface TableElement extends Node
    permits TableElement.Column, TableElement.Like, Constraint {
  /**
   * A column.
   *
   * @param type absent for the column options of a typed table or a partition
   * @param constraints with the column itself as their column, where they name columns
   */
  record Column(
      Span span,
      Name name,
      Optional<TypeName> type,
      Optional<QualifiedName> collation,
      List<Constraint> constraints)
      implements TableElement {
    public Column {
      constraints = List.copyOf(constraints);
    }

    @Override
    public List<Node> children() {
      return Children.of(type).and(collation).and(constraints).list();
    }

    /** The expression of DEFAULT. */
    public Optional<Expr> defaultExpression() {
      return constraints.stream()
          .map(Constraint::rule)
          .filter(Constraint.Default.class::isInstance)
          .map(r -> ((Constraint.Default) r).value())
          .findFirst();
    }

    /** Whether NOT NULL or PRIMARY KEY is written at the column. */
    public boolean isNotNull() {
      return constraints.stream()
          .map(Constraint::rule)
          .anyMatch(
              r ->
                  switch (r) {
                    case Constraint.NotNull _ -> true;
                    case Constraint.Key(_, var kind, _, _, _, _) ->
                        kind == Constraint.KeyKind.PRIMARY_KEY;
                    default -> false;
                  });
    }
  }

  /** {@code LIKE source [INCLUDING | EXCLUDING ...]}; the options upper case, as written. */
  record Like(Span span, QualifiedName source, List<String> options) implements TableElement {
    public Like {
      options = List.copyOf(options);
    }

    @Override
    public List<Node> children() {
      return List.of(source);
    }
  }
}
