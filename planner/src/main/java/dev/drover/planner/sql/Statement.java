package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** A statement. */
public sealed interface Statement extends Node
    permits ClusterCommand,
        CursorCommand,
        Definition,
        Delete,
        Insert,
        Merge,
        SessionCommand,
        Statement.Call,
        Statement.Copy,
        Statement.Do,
        Statement.Empty,
        Statement.Explain,
        Statement.Opaque,
        Statement.Select,
        Statement.SelectInto,
        Statement.Utility,
        TransactionCommand,
        Update {

  /** SELECT, VALUES, TABLE and WITH. */
  record Select(Span span, Query query) implements Statement {
    @Override
    public List<Node> children() {
      return List.of(query);
    }
  }

  /** SELECT ... INTO; cutting the clause's span leaves the query. */
  record SelectInto(Span span, IntoClause into, Query query) implements Statement {
    @Override
    public List<Node> children() {
      return List.of(query);
    }
  }

  /** CALL of a procedure. */
  record Call(Span span, Expr call) implements Statement {
    @Override
    public List<Node> children() {
      return List.of(call);
    }
  }

  /** DO; the body is the literal's span. */
  record Do(Span span, Span body, Optional<Name> language) implements Statement {}

  /**
   * COPY.
   *
   * @param table absent when a query in parentheses is copied
   * @param options of both syntaxes, under the names of the new one
   */
  record Copy(
      Span span,
      Optional<FromItem.TableRef> table,
      List<Name> columns,
      Optional<Statement> query,
      boolean from,
      CopyEndpoint endpoint,
      List<GenericOption> options,
      Optional<Expr> where)
      implements Statement {
    public Copy {
      columns = List.copyOf(columns);
      options = List.copyOf(options);
    }

    @Override
    public List<Node> children() {
      return Children.of(table).and(query).and(endpoint).and(options).and(where).list();
    }
  }

  /** EXPLAIN; ANALYZE and VERBOSE of the old syntax are options too. */
  record Explain(Span span, List<GenericOption> options, Statement statement) implements Statement {
    public Explain {
      options = List.copyOf(options);
    }

    @Override
    public List<Node> children() {
      return Children.of(options).and(statement).list();
    }
  }

  /**
   * A utility statement of which only the outline is known.
   *
   * @param kind the command as the manual's page is named: CREATE FUNCTION, GRANT, COMMENT, VACUUM
   * @param objectType what the names name, upper case (TABLE, ROLE, COLUMN ...), empty if nothing
   * @param names the objects, in the order of the text
   * @param relations tables and views that the statement is about
   * @param password the literal after PASSWORD
   * @param statements statements inside: of a rule, a schema, a materialized view
   */
  record Utility(
      Span span,
      String kind,
      String objectType,
      List<QualifiedName> names,
      List<FromItem.TableRef> relations,
      Optional<Span> password,
      List<Statement> statements)
      implements Statement {
    public Utility {
      names = List.copyOf(names);
      relations = List.copyOf(relations);
      statements = List.copyOf(statements);
    }

    @Override
    public List<Node> children() {
      return Children.of(names).and(relations).and(statements).list();
    }
  }

  /**
   * A statement that PostgreSQL may know and this parser does not: see {@link SqlParser#opaque}.
   *
   * @param names every name in it that may be a relation's
   */
  record Opaque(Span span, String keyword, List<QualifiedName> names) implements Statement {
    public Opaque {
      names = List.copyOf(names);
    }

    @Override
    public List<Node> children() {
      return Children.of(names).list();
    }
  }

  /** No statement at all: blanks and comments only. */
  record Empty(Span span) implements Statement {}
}
