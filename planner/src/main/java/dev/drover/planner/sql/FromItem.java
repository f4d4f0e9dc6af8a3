package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** An item of FROM, USING, or the target of a statement. */
public sealed interface FromItem extends Node {
  /**
   * A relation by name.
   *
   * @param relation ONLY, parentheses, the name and {@code *} as far as they are written
   */
  record TableRef(
      Span span,
      Span relation,
      QualifiedName name,
      boolean only,
      Optional<Alias> alias,
      Optional<QueryPart.TableSample> sample)
      implements FromItem {
    static TableRef of(QualifiedName name) {
      return new TableRef(
          name.span(), name.span(), name, false, Optional.empty(), Optional.empty());
    }

    @Override
    public List<Node> children() {
      return Children.of(name).and(alias).and(sample).list();
    }
  }

  /** A query in parentheses. */
  record SubqueryItem(Span span, boolean lateral, Query query, Optional<Alias> alias)
      implements FromItem {
    @Override
    public List<Node> children() {
      return Children.of(query).and(alias).list();
    }
  }

  /**
   * One function, several under ROWS FROM, or XMLTABLE and JSON_TABLE as {@link Expr.Special}.
   *
   * @param definitions the column definition lists inside ROWS FROM
   */
  record FunctionItem(
      Span span,
      boolean lateral,
      boolean rowsFrom,
      List<Expr> functions,
      List<Alias> definitions,
      boolean withOrdinality,
      Optional<Alias> alias)
      implements FromItem {
    public FunctionItem {
      functions = List.copyOf(functions);
      definitions = List.copyOf(definitions);
    }

    @Override
    public List<Node> children() {
      return Children.of(functions).and(definitions).and(alias).list();
    }
  }

  /** A join; the alias belongs to the parentheses around it. */
  record JoinItem(
      Span span,
      Kind kind,
      boolean natural,
      FromItem left,
      FromItem right,
      Optional<Expr> on,
      List<Name> using,
      Optional<Name> usingAlias,
      Optional<Alias> alias)
      implements FromItem {
    /** Which join. */
    public enum Kind {
      CROSS,
      INNER,
      LEFT,
      RIGHT,
      FULL
    }

    public JoinItem {
      using = List.copyOf(using);
    }

    JoinItem within(Span parentheses, Optional<Alias> given) {
      return new JoinItem(parentheses, kind, natural, left, right, on, using, usingAlias, given);
    }

    @Override
    public List<Node> children() {
      return Children.of(left).and(right).and(on).and(alias).list();
    }
  }
}
