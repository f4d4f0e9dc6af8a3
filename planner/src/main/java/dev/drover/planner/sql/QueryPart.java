package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** A clause of a query, or an item of one. */
public sealed interface QueryPart extends Node {
  /** {@code expression [AS alias]} of a select list or RETURNING. */
  record Target(Span span, Expr value, Optional<Name> alias) implements QueryPart {
    @Override
    public List<Node> children() {
      return List.of(value);
    }
  }

  /** One key of an ORDER BY. */
  record SortItem(
      Span span, Expr value, boolean descending, Nulls nulls, Optional<OperatorName> using)
      implements QueryPart {
    /** Where nulls go. */
    public enum Nulls {
      BY_DIRECTION,
      FIRST,
      LAST
    }

    @Override
    public List<Node> children() {
      return List.of(value);
    }
  }

  /**
   * LIMIT or FETCH FIRST; the span is the whole clause.
   *
   * @param count empty for LIMIT ALL and for a FETCH that names no count, which means one row
   */
  record Limit(Span span, Form form, Optional<Expr> count, boolean withTies) implements QueryPart {
    /** How the limit is written. */
    public enum Form {
      LIMIT,
      LIMIT_ALL,
      FETCH
    }

    @Override
    public List<Node> children() {
      return Children.of(count).list();
    }
  }

  /** OFFSET; the span is the whole clause. */
  record Offset(Span span, Expr count) implements QueryPart {
    @Override
    public List<Node> children() {
      return List.of(count);
    }
  }

  /** {@code FOR UPDATE [OF t, ...] [NOWAIT | SKIP LOCKED]}. */
  record Locking(Span span, Strength strength, List<QualifiedName> of, Wait waitPolicy)
      implements QueryPart {
    /** How strong the row locks are. */
    public enum Strength {
      KEY_SHARE,
      SHARE,
      NO_KEY_UPDATE,
      UPDATE
    }

    /** What to do with a row that another transaction holds. */
    public enum Wait {
      BLOCK,
      NOWAIT,
      SKIP_LOCKED
    }

    public Locking {
      of = List.copyOf(of);
    }

    @Override
    public List<Node> children() {
      return Children.of(of).list();
    }
  }

  /** WITH and its common table expressions. */
  record With(Span span, boolean recursive, List<CommonTable> tables) implements QueryPart {
    public With {
      tables = List.copyOf(tables);
    }

    @Override
    public List<Node> children() {
      return Children.of(tables).list();
    }
  }

  /** One common table expression; its statement is a Select or a data-modifying statement. */
  record CommonTable(
      Span span,
      Name name,
      List<Name> columns,
      Materialized materialized,
      Statement statement,
      boolean searchOrCycle)
      implements QueryPart {
    /** What was said about materialization. */
    public enum Materialized {
      DEFAULT,
      MATERIALIZED,
      NOT_MATERIALIZED
    }

    public CommonTable {
      columns = List.copyOf(columns);
    }

    @Override
    public List<Node> children() {
      return List.of(statement);
    }
  }

  /**
   * A window: an item of WINDOW (name present), or what follows OVER.
   *
   * @param base the window that is named or extended
   * @param frameOffsets the expressions before PRECEDING and FOLLOWING
   */
  record Window(
      Span span,
      Optional<Name> name,
      Optional<Name> base,
      List<Expr> partitionBy,
      List<SortItem> orderBy,
      Optional<Span> frame,
      List<Expr> frameOffsets)
      implements QueryPart {
    public Window {
      partitionBy = List.copyOf(partitionBy);
      orderBy = List.copyOf(orderBy);
      frameOffsets = List.copyOf(frameOffsets);
    }

    @Override
    public List<Node> children() {
      return Children.of(partitionBy).and(orderBy).and(frameOffsets).list();
    }
  }

  /** {@code TABLESAMPLE method (arguments) [REPEATABLE (seed)]}. */
  record TableSample(Span span, QualifiedName method, List<Expr> arguments, Optional<Expr> seed)
      implements QueryPart {
    public TableSample {
      arguments = List.copyOf(arguments);
    }

    @Override
    public List<Node> children() {
      return Children.of(method).and(arguments).and(seed).list();
    }
  }
}
