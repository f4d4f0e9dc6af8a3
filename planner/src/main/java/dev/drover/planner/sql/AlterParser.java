package dev.drover.planner.sql;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads ALTER TABLE and its relatives.
 *
 * <p>Source: PostgreSQL 18 manual, ALTER TABLE, ALTER INDEX, ALTER VIEW.
 */
final class AlterParser {
  private final Grammar grammar;
  private final Cursor cursor;
  private final AlterColumnParser columns;

  AlterParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.columns = new AlterColumnParser(grammar);
  }

  /** Behind the object's type. */
  Statement alter(int start, String objectType) {
    boolean ifExists = grammar.options().ifExists();
    FromItem.TableRef table = grammar.froms().relation();
    if (objectType.equals("SEQUENCE")) {
      List<GenericOption> options = grammar.options().sequence();
      if (!options.isEmpty()) {
        return new Definition.AlterSequence(cursor.since(start), ifExists, table.name(), options);
      }
    }
    List<AlterAction> actions = cursor.list(this::action);
    boolean concurrently = cursor.accept("concurrently");
    return new Definition.AlterTable(
        cursor.since(start), objectType, ifExists, table, actions, concurrently);
  }

  private Name name() {
    return grammar.names().name();
  }

  private AlterAction action() {
    int start = cursor.start();
    Optional<Distribution> distribution = grammar.distributions().optional();
    if (distribution.isPresent()) {
      return new AlterAction.Distribute(cursor.since(start), distribution.orElseThrow());
    }
    return switch (cursor.word()) {
      case "add" -> add(start);
      case "drop" -> drop(start);
      case "delete" -> {
        cursor.expect("delete", "node");
        List<Name> nodes = grammar.names().namesInParentheses();
        yield new AlterAction.DeleteNodes(cursor.since(start), nodes);
      }
      case "alter" -> alterPart(start);
      case "rename" -> rename(start);
      case "set" -> set(start);
      case "reset" -> {
        cursor.advance();
        List<GenericOption> options = grammar.options().inParentheses();
        yield new AlterAction.SetOptions(cursor.since(start), true, options);
      }
      case "owner" -> {
        cursor.expect("owner", "to");
        Name owner = grammar.names().role();
        yield new AlterAction.SetOwner(cursor.since(start), owner);
      }
      case "attach" -> attach(start);
      case "detach" -> detach(start);
      case "enable", "disable", "force" -> toggle(start);
      case "inherit" -> inherit(start, true);
      case "no" -> no(start);
      default -> rest(start);
    };
  }

  private AlterAction rest(int start) {
    if (cursor.accept("validate", "constraint")) {
      Name name = name();
      return new AlterAction.ValidateConstraint(cursor.since(start), name);
    }
    if (cursor.accept("replica", "identity")) {
      return replicaIdentity(start);
    }
    if (cursor.accept("cluster", "on") || cursor.accept("of")) {
      grammar.names().anyQualifiedName();
      return other(start);
    }
    if (cursor.accept("not", "of")) {
      return other(start);
    }
    if (cursor.at("options") && cursor.nextIs('(')) {
      cursor.advance();
      grammar.options().inParentheses();
      return other(start);
    }
    cursor.expect("depends", "on");
    cursor.expect("extension");
    name();
    return other(start);
  }

  private AlterAction other(int start) {
    Span span = cursor.since(start);
    return new AlterAction.Other(span, span.of(cursor.text()));
  }

  private AlterAction add(int start) {
    cursor.expect("add");
    if (cursor.at("node") && cursor.nextIs('(')) {
      cursor.advance();
      List<Name> nodes = grammar.names().namesInParentheses();
      return new AlterAction.AddNodes(cursor.since(start), nodes);
    }
    if (grammar.constraints().atTableConstraint()) {
      Constraint constraint = grammar.constraints().tableConstraint();
      return new AlterAction.AddConstraint(cursor.since(start), constraint);
    }
    cursor.accept("column");
    boolean ifNotExists = grammar.options().ifNotExists();
    TableElement.Column column = grammar.tables().column();
    return new AlterAction.AddColumn(cursor.since(start), ifNotExists, column);
  }

  private AlterAction drop(int start) {
    cursor.expect("drop");
    boolean constraint = cursor.accept("constraint");
    if (!constraint) {
      cursor.accept("column");
    }
    boolean ifExists = grammar.options().ifExists();
    Name name = name();
    boolean cascade = grammar.options().cascade();
    Span span = cursor.since(start);
    return constraint
        ? new AlterAction.DropConstraint(span, ifExists, name, cascade)
        : new AlterAction.DropColumn(span, ifExists, name, cascade);
  }

  private AlterAction alterPart(int start) {
    cursor.expect("alter");
    if (cursor.accept("constraint")) {
      name();
      grammar.constraints().timing();
      return other(start);
    }
    return columns.alter(start);
  }

  private AlterAction rename(int start) {
    cursor.expect("rename");
    if (cursor.accept("to")) {
      Name newName = name();
      return new AlterAction.RenameTo(cursor.since(start), newName);
    }
    boolean constraint = cursor.accept("constraint");
    if (!constraint) {
      cursor.accept("column");
    }
    Name name = name();
    cursor.expect("to");
    Name newName = name();
    Span span = cursor.since(start);
    return constraint
        ? new AlterAction.RenameConstraint(span, name, newName)
        : new AlterAction.RenameColumn(span, name, newName);
  }

  private AlterAction set(int start) {
    cursor.expect("set");
    if (cursor.at('(')) {
      List<GenericOption> options = grammar.options().inParentheses();
      return new AlterAction.SetOptions(cursor.since(start), false, options);
    }
    if (cursor.accept("schema")) {
      Name schema = name();
      return new AlterAction.SetSchema(cursor.since(start), schema);
    }
    if (cursor.accept("tablespace")) {
      Name tablespace = name();
      cursor.accept("nowait");
      return new AlterAction.SetTablespace(cursor.since(start), tablespace);
    }
    if (cursor.accept("logged")) {
      return new AlterAction.SetLogged(cursor.since(start), true);
    }
    if (cursor.accept("unlogged")) {
      return new AlterAction.SetLogged(cursor.since(start), false);
    }
    if (cursor.accept("access", "method")) {
      grammar.names().label();
      return other(start);
    }
    if (!cursor.accept("without", "oids")) {
      cursor.expect("without", "cluster");
    }
    return other(start);
  }

  private AlterAction attach(int start) {
    cursor.expect("attach", "partition");
    QualifiedName partition = grammar.names().qualifiedName();
    if (cursor.atEnd()) {
      return other(start);
    }
    PartitionClause.Bound bound = grammar.partitions().bound();
    return new AlterAction.AttachPartition(cursor.since(start), partition, bound);
  }

  private AlterAction detach(int start) {
    cursor.expect("detach", "partition");
    QualifiedName partition = grammar.names().qualifiedName();
    boolean concurrently = cursor.accept("concurrently");
    boolean finalizing = !concurrently && cursor.accept("finalize");
    return new AlterAction.DetachPartition(
        cursor.since(start), partition, concurrently, finalizing);
  }

  private AlterAction toggle(int start) {
    String mode = cursor.word();
    cursor.advance();
    if (mode.equals("enable") && cursor.atAny("always", "replica")) {
      mode = mode + " " + cursor.word();
      cursor.advance();
    }
    String upper = mode.toUpperCase(Locale.ROOT);
    if (cursor.accept("row")) {
      return rowSecurity(start, upper);
    }
    boolean trigger = cursor.accept("trigger");
    if (!trigger) {
      cursor.expect("rule");
    }
    Optional<Name> name = Optional.of(grammar.names().label());
    return new AlterAction.Toggle(cursor.since(start), trigger ? "TRIGGER" : "RULE", upper, name);
  }

  private AlterAction rowSecurity(int start, String mode) {
    cursor.expect("level", "security");
    return new AlterAction.Toggle(
        cursor.since(start), "ROW LEVEL SECURITY", mode, Optional.empty());
  }

  private AlterAction no(int start) {
    cursor.expect("no");
    if (cursor.accept("force")) {
      cursor.expect("row");
      return rowSecurity(start, "NO FORCE");
    }
    if (cursor.at("depends")) {
      return rest(start);
    }
    return inherit(start, false);
  }

  private AlterAction inherit(int start, boolean inherit) {
    cursor.expect("inherit");
    QualifiedName parent = grammar.names().qualifiedName();
    return new AlterAction.Inherit(cursor.since(start), inherit, parent);
  }

  private AlterAction replicaIdentity(int start) {
    Optional<Name> index = Optional.empty();
    String kind;
    if (cursor.accept("using", "index")) {
      index = Optional.of(name());
      kind = "USING INDEX";
    } else if (cursor.accept("full")) {
      kind = "FULL";
    } else if (cursor.accept("nothing")) {
      kind = "NOTHING";
    } else {
      cursor.expect("default");
      kind = "DEFAULT";
    }
    return new AlterAction.ReplicaIdentity(cursor.since(start), kind, index);
  }
}
