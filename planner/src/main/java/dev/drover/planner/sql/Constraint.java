package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/**
 * A constraint of a column or a table, including what the standard calls column options: DEFAULT,
 * GENERATED, NULL.
 *
 * @param name given by CONSTRAINT
 * @param ofColumn whether it is written at a column
 */
public record Constraint(Span span, Optional<Name> name, boolean ofColumn, Rule rule, Timing timing)
    implements TableElement {

  @Override
  public List<Node> children() {
    return List.of(rule);
  }

  /** When the constraint is checked, and on what. */
  public record Timing(
      boolean deferrable, boolean initiallyDeferred, boolean notValid, boolean notEnforced) {
    static final Timing DEFAULT = new Timing(false, false, false, false);
  }

  /** PRIMARY KEY or UNIQUE. */
  public enum KeyKind {
    PRIMARY_KEY,
    UNIQUE
  }

  /** What the constraint says. */
  public sealed interface Rule extends Node {}

  /** NOT NULL; the column is named also when written at the column. */
  public record NotNull(Span span, Name column) implements Rule {}

  /** NULL. */
  public record Nullable(Span span) implements Rule {}

  /** {@code CHECK (condition)}. */
  public record Check(Span span, Expr condition, boolean noInherit) implements Rule {
    @Override
    public List<Node> children() {
      return List.of(condition);
    }
  }

  /** {@code DEFAULT value}. */
  public record Default(Span span, Expr value) implements Rule {
    @Override
    public List<Node> children() {
      return List.of(value);
    }
  }

  /** {@code GENERATED ALWAYS AS (value) STORED | VIRTUAL}. */
  public record Generated(Span span, Expr value, boolean stored) implements Rule {
    @Override
    public List<Node> children() {
      return List.of(value);
    }
  }

  /** {@code GENERATED ALWAYS | BY DEFAULT AS IDENTITY (options)}. */
  public record Identity(Span span, boolean always, List<GenericOption> options) implements Rule {
    public Identity {
      options = List.copyOf(options);
    }

    @Override
    public List<Node> children() {
      return Children.of(options).list();
    }
  }

  /**
   * PRIMARY KEY or UNIQUE.
   *
   * @param usingIndex the existing index of ADD CONSTRAINT ... USING INDEX; then no columns
   */
  public record Key(
      Span span,
      KeyKind kind,
      List<Name> columns,
      List<Name> include,
      boolean nullsNotDistinct,
      Optional<Name> usingIndex)
      implements Rule {
    public Key {
      columns = List.copyOf(columns);
      include = List.copyOf(include);
    }
  }

  /**
   * FOREIGN KEY or REFERENCES.
   *
   * @param columns the referencing columns
   * @param referencedColumns empty when the primary key is meant
   */
  public record ForeignKey(
      Span span,
      List<Name> columns,
      QualifiedName referenced,
      List<Name> referencedColumns,
      Action onUpdate,
      Action onDelete)
      implements Rule {
    /** What happens to referencing rows. */
    public enum Action {
      NO_ACTION,
      RESTRICT,
      CASCADE,
      SET_NULL,
      SET_DEFAULT
    }

    public ForeignKey {
      columns = List.copyOf(columns);
      referencedColumns = List.copyOf(referencedColumns);
    }

    @Override
    public List<Node> children() {
      return List.of(referenced);
    }
  }

  /** {@code EXCLUDE [USING method] (element WITH operator, ...) [WHERE (...)]}. */
  public record Exclude(
      Span span, Optional<Name> method, List<IndexElement> elements, Optional<Expr> where)
      implements Rule {
    public Exclude {
      elements = List.copyOf(elements);
    }

    @Override
    public List<Node> children() {
      return Children.of(elements).and(where).list();
    }
  }
}
