package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** One subcommand of ALTER TABLE. */
public sealed interface AlterAction extends Node {
  /** ADD COLUMN. */
  record AddColumn(Span span, boolean ifNotExists, TableElement.Column column)
      implements AlterAction {
    @Override
    public List<Node> children() {
      return List.of(column);
    }
  }

  /** DROP COLUMN. */
  record DropColumn(Span span, boolean ifExists, Name column, boolean cascade)
      implements AlterAction {}

  /** RENAME COLUMN. */
  record RenameColumn(Span span, Name column, Name newName) implements AlterAction {}

  /** ALTER COLUMN ... TYPE. */
  record AlterColumnType(Span span, Name column, TypeName type, Optional<Expr> using)
      implements AlterAction {
    @Override
    public List<Node> children() {
      return Children.of(type).and(using).list();
    }
  }

  /** SET DEFAULT; DROP DEFAULT has no value. */
  record SetDefault(Span span, Name column, Optional<Expr> value) implements AlterAction {
    @Override
    public List<Node> children() {
      return Children.of(value).list();
    }
  }

  /** SET NOT NULL, or DROP NOT NULL. */
  record SetNotNull(Span span, Name column, boolean notNull) implements AlterAction {}

  /**
   * ADD GENERATED ... AS IDENTITY, changes of one, DROP IDENTITY.
   *
   * @param identity present for ADD
   */
  record AlterIdentity(Span span, Name column, Optional<Constraint.Rule> identity, boolean drop)
      implements AlterAction {
    @Override
    public List<Node> children() {
      return Children.of(identity).list();
    }
  }

  /** Other changes of one column: SET STATISTICS, SET STORAGE, SET (...), DROP EXPRESSION ... */
  record ColumnOption(Span span, Name column, String what) implements AlterAction {}

  /** ADD CONSTRAINT. */
  record AddConstraint(Span span, Constraint constraint) implements AlterAction {
    @Override
    public List<Node> children() {
      return List.of(constraint);
    }
  }

  /** DROP CONSTRAINT. */
  record DropConstraint(Span span, boolean ifExists, Name name, boolean cascade)
      implements AlterAction {}

  /** RENAME CONSTRAINT. */
  record RenameConstraint(Span span, Name name, Name newName) implements AlterAction {}

  /** VALIDATE CONSTRAINT. */
  record ValidateConstraint(Span span, Name name) implements AlterAction {}

  /** RENAME TO. */
  record RenameTo(Span span, Name newName) implements AlterAction {}

  /** SET SCHEMA. */
  record SetSchema(Span span, Name schema) implements AlterAction {}

  /** OWNER TO. */
  record SetOwner(Span span, Name owner) implements AlterAction {}

  /** {@code SET (...)}, or {@code RESET (...)}. */
  record SetOptions(Span span, boolean reset, List<GenericOption> options) implements AlterAction {
    public SetOptions {
      options = List.copyOf(options);
    }

    @Override
    public List<Node> children() {
      return Children.of(options).list();
    }
  }

  /**
   * ENABLE, DISABLE, FORCE and NO FORCE.
   *
   * @param what upper case: TRIGGER, RULE or ROW LEVEL SECURITY
   * @param mode upper case: ENABLE, ENABLE ALWAYS, ENABLE REPLICA, DISABLE, FORCE, NO FORCE
   */
  record Toggle(Span span, String what, String mode, Optional<Name> name) implements AlterAction {}

  /** ATTACH PARTITION. */
  record AttachPartition(Span span, QualifiedName partition, PartitionClause.Bound bound)
      implements AlterAction {
    @Override
    public List<Node> children() {
      return List.of(partition, bound);
    }
  }

  /** DETACH PARTITION. */
  record DetachPartition(
      Span span, QualifiedName partition, boolean concurrently, boolean finalizing)
      implements AlterAction {
    @Override
    public List<Node> children() {
      return List.of(partition);
    }
  }

  /** INHERIT, or NO INHERIT. */
  record Inherit(Span span, boolean inherit, QualifiedName parent) implements AlterAction {
    @Override
    public List<Node> children() {
      return List.of(parent);
    }
  }

  /** REPLICA IDENTITY; the kind upper case: DEFAULT, FULL, NOTHING, USING INDEX. */
  record ReplicaIdentity(Span span, String kind, Optional<Name> index) implements AlterAction {}

  /** SET LOGGED, or SET UNLOGGED. */
  record SetLogged(Span span, boolean logged) implements AlterAction {}

  /** SET TABLESPACE. */
  record SetTablespace(Span span, Name tablespace) implements AlterAction {}

  /** Drover: DISTRIBUTE BY, or {@code TO NODE | GROUP}. */
  record Distribute(Span span, Distribution distribution) implements AlterAction {
    @Override
    public List<Node> children() {
      return List.of(distribution);
    }
  }

  /** Drover: {@code ADD NODE (a, b)}. */
  record AddNodes(Span span, List<Name> nodes) implements AlterAction {
    public AddNodes {
      nodes = List.copyOf(nodes);
    }
  }

  /** Drover: {@code DELETE NODE (a, b)}. */
  record DeleteNodes(Span span, List<Name> nodes) implements AlterAction {
    public DeleteNodes {
      nodes = List.copyOf(nodes);
    }
  }

  /** Any other subcommand: CLUSTER ON, SET WITHOUT OIDS, OF, DEPENDS ON ... */
  record Other(Span span, String what) implements AlterAction {}
}
