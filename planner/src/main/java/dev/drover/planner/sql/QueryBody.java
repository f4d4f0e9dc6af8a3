package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** What a query computes, before its ORDER BY, LIMIT and locking clauses. */
public sealed interface QueryBody extends Node {
  /**
   * One SELECT.
   *
   * @param distinctOn empty unless DISTINCT ON is given
   * @param groupBy grouping sets are {@link Expr.Special} ROLLUP, CUBE, GROUPING SETS
   */
  record SelectBlock(
      Span span,
      boolean distinct,
      List<Expr> distinctOn,
      List<QueryPart.Target> targets,
      Optional<IntoClause> into,
      List<FromItem> from,
      Optional<Expr> where,
      boolean groupByDistinct,
      List<Expr> groupBy,
      Optional<Expr> having,
      List<QueryPart.Window> windows)
      implements QueryBody {
    public SelectBlock {
      distinctOn = List.copyOf(distinctOn);
      targets = List.copyOf(targets);
      from = List.copyOf(from);
      groupBy = List.copyOf(groupBy);
      windows = List.copyOf(windows);
    }

    @Override
    public List<Node> children() {
      return Children.of(distinctOn)
          .and(targets)
          .and(into)
          .and(from)
          .and(where)
          .and(groupBy)
          .and(having)
          .and(windows)
          .list();
    }
  }

  /** UNION, INTERSECT or EXCEPT. */
  record SetOperation(Span span, Kind kind, boolean all, QueryBody left, QueryBody right)
      implements QueryBody {
    /** Which operation. */
    public enum Kind {
      UNION,
      INTERSECT,
      EXCEPT
    }

    @Override
    public List<Node> children() {
      return List.of(left, right);
    }
  }

  /** {@code VALUES (...), (...)}; each row is a {@link Expr.RowExpr}. */
  record ValuesBody(Span span, List<Expr.RowExpr> rows) implements QueryBody {
    public ValuesBody {
      rows = List.copyOf(rows);
    }

    @Override
    public List<Node> children() {
      return Children.of(rows).list();
    }
  }

  /** {@code TABLE name}. */
  record TableBody(Span span, FromItem.TableRef table) implements QueryBody {
    @Override
    public List<Node> children() {
      return List.of(table);
    }
  }

  /** A query in parentheses, with clauses of its own; the span includes the parentheses. */
  record Nested(Span span, Query query) implements QueryBody {
    @Override
    public List<Node> children() {
      return List.of(query);
    }
  }
}
