package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Statements that define or change relations, and those that lock or empty tables. */
public sealed interface Definition extends Statement {
  /** What COMMIT does to a temporary table. */
  enum OnCommit {
    PRESERVE_ROWS,
    DELETE_ROWS,
    DROP
  }

  /** The clauses after a table's columns. */
  record Storage(
      Optional<Name> accessMethod,
      List<GenericOption> options,
      Optional<OnCommit> onCommit,
      Optional<Name> tablespace) {
    public Storage {
      options = List.copyOf(options);
    }
  }

  /** CREATE TABLE. */
  record CreateTable(
      Span span,
      Persistence persistence,
      boolean ifNotExists,
      QualifiedName name,
      Optional<QualifiedName> ofType,
      Optional<PartitionClause.Of> partitionOf,
      List<TableElement> elements,
      List<QualifiedName> inherits,
      Optional<PartitionClause.Bound> bound,
      Optional<PartitionClause.By> partitionBy,
      Storage storage,
      Optional<Distribution> distribution)
      implements Definition {
    public CreateTable {
      elements = List.copyOf(elements);
      inherits = List.copyOf(inherits);
    }

    /** The columns, without constraints and LIKE. */
    public List<TableElement.Column> columns() {
      return elements.stream()
          .filter(TableElement.Column.class::isInstance)
          .map(TableElement.Column.class::cast)
          .toList();
    }

    /** Every constraint, in the order of the text, of columns and of the table. */
    public List<Constraint> constraints() {
      return elements.stream()
          .flatMap(
              e ->
                  switch (e) {
                    case TableElement.Column column -> column.constraints().stream();
                    case Constraint constraint -> Stream.of(constraint);
                    case TableElement.Like _ -> Stream.<Constraint>empty();
                  })
          .toList();
    }

    @Override
    public List<Node> children() {
      return Children.of(name)
          .and(ofType)
          .and(partitionOf)
          .and(elements)
          .and(inherits)
          .and(bound)
          .and(partitionBy)
          .and(storage.options())
          .and(distribution)
          .list();
    }
  }

  /** CREATE TABLE ... AS; the source is a Select or an Execute. */
  record CreateTableAs(
      Span span,
      Persistence persistence,
      boolean ifNotExists,
      QualifiedName name,
      List<Name> columns,
      Storage storage,
      Optional<Distribution> distribution,
      Statement source,
      boolean withData)
      implements Definition {
    public CreateTableAs {
      columns = List.copyOf(columns);
    }

    @Override
    public List<Node> children() {
      return Children.of(name).and(storage.options()).and(distribution).and(source).list();
    }
  }

  /**
   * ALTER TABLE and its relatives.
   *
   * @param objectType TABLE, INDEX, VIEW, SEQUENCE, MATERIALIZED VIEW or FOREIGN TABLE
   * @param concurrently Drover's word after changes of the distribution
   */
  record AlterTable(
      Span span,
      String objectType,
      boolean ifExists,
      FromItem.TableRef table,
      List<AlterAction> actions,
      boolean concurrently)
      implements Definition {
    public AlterTable {
      actions = List.copyOf(actions);
    }

    @Override
    public List<Node> children() {
      return Children.of(table).and(actions).list();
    }
  }

  /** CREATE INDEX. */
  record CreateIndex(
      Span span,
      boolean unique,
      boolean concurrently,
      boolean ifNotExists,
      Optional<Name> name,
      FromItem.TableRef table,
      Optional<Name> method,
      List<IndexElement> elements,
      List<Name> include,
      Optional<Expr> where)
      implements Definition {
    public CreateIndex {
      elements = List.copyOf(elements);
      include = List.copyOf(include);
    }

    @Override
    public List<Node> children() {
      return Children.of(table).and(elements).and(where).list();
    }
  }

  /** CREATE VIEW, also RECURSIVE and MATERIALIZED. */
  record CreateView(
      Span span,
      boolean orReplace,
      Persistence persistence,
      boolean recursive,
      boolean materialized,
      boolean ifNotExists,
      QualifiedName name,
      List<Name> columns,
      Query query)
      implements Definition {
    public CreateView {
      columns = List.copyOf(columns);
    }

    @Override
    public List<Node> children() {
      return Children.of(name).and(query).list();
    }
  }

  /** CREATE SEQUENCE; options by their key words in lower case: increment, cache, owned by ... */
  record CreateSequence(
      Span span,
      Persistence persistence,
      boolean ifNotExists,
      QualifiedName name,
      List<GenericOption> options)
      implements Definition {
    public CreateSequence {
      options = List.copyOf(options);
    }

    @Override
    public List<Node> children() {
      return Children.of(name).and(options).list();
    }
  }

  /** ALTER SEQUENCE with options; other forms are {@link AlterTable}. */
  record AlterSequence(Span span, boolean ifExists, QualifiedName name, List<GenericOption> options)
      implements Definition {
    public AlterSequence {
      options = List.copyOf(options);
    }

    @Override
    public List<Node> children() {
      return Children.of(name).and(options).list();
    }
  }

  /**
   * DROP.
   *
   * @param objectType upper case: TABLE, VIEW, INDEX, SEQUENCE, FUNCTION ...
   * @param table the table of DROP TRIGGER, RULE and POLICY
   */
  record Drop(
      Span span,
      String objectType,
      boolean concurrently,
      boolean ifExists,
      List<QualifiedName> names,
      Optional<QualifiedName> table,
      boolean cascade)
      implements Definition {
    public Drop {
      names = List.copyOf(names);
    }

    @Override
    public List<Node> children() {
      return Children.of(names).and(table).list();
    }
  }

  /** {@code ALTER kind name RENAME TO newName} of what is no relation. */
  record RenameOther(
      Span span, String objectType, QualifiedName name, Optional<QualifiedName> table, Name newName)
      implements Definition {
    @Override
    public List<Node> children() {
      return Children.of(name).and(table).list();
    }
  }

  /** TRUNCATE. */
  record Truncate(
      Span span, List<FromItem.TableRef> tables, boolean restartIdentity, boolean cascade)
      implements Definition {
    public Truncate {
      tables = List.copyOf(tables);
    }

    @Override
    public List<Node> children() {
      return Children.of(tables).list();
    }
  }

  /** LOCK TABLE; the mode upper case: ACCESS EXCLUSIVE if none is written. */
  record LockTable(Span span, List<FromItem.TableRef> tables, String mode, boolean nowait)
      implements Definition {
    public LockTable {
      tables = List.copyOf(tables);
    }

    @Override
    public List<Node> children() {
      return Children.of(tables).list();
    }
  }
}
