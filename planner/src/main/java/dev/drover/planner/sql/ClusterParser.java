package dev.drover.planner.sql;

import dev.drover.planner.sql.ClusterCommand.CleanConnection;
import java.util.List;
import java.util.Optional;

/** Reads Drover's own statements. */
final class ClusterParser {
  private final Grammar grammar;
  private final Cursor cursor;

  ClusterParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  /** CLEAN CONNECTION, PAUSE CLUSTER, UNPAUSE CLUSTER. */
  Statement command() {
    int start = cursor.start();
    if (cursor.accept("pause")) {
      cursor.expect("cluster");
      return new ClusterCommand.PauseCluster(cursor.since(start));
    }
    if (cursor.accept("unpause")) {
      cursor.expect("cluster");
      return new ClusterCommand.UnpauseCluster(cursor.since(start));
    }
    return cleanConnection(start);
  }

  private Statement cleanConnection(int start) {
    cursor.expect("clean", "connection");
    cursor.expect("to");
    CleanConnection.Target target = CleanConnection.Target.ALL;
    boolean force = false;
    List<Name> nodes = List.of();
    if (cursor.accept("all")) {
      force = cursor.accept("force");
    } else {
      boolean node = cursor.accept("node");
      if (!node) {
        cursor.expectName("coordinator");
      }
      target = node ? CleanConnection.Target.NODE : CleanConnection.Target.COORDINATOR;
      nodes = grammar.names().namesInParentheses();
    }
    Optional<Name> database =
        cursor.accept("for", "database") ? Optional.of(grammar.names().name()) : Optional.empty();
    Optional<Name> user =
        cursor.accept("to", "user") ? Optional.of(grammar.names().role()) : Optional.empty();
    return new CleanConnection(cursor.since(start), target, force, nodes, database, user);
  }

  Statement executeDirect() {
    int start = cursor.start();
    cursor.expect("execute", "direct");
    cursor.expect("on");
    List<Name> nodes =
        cursor.at('(') ? grammar.names().namesInParentheses() : List.of(grammar.names().name());
    Span literal = cursor.span();
    String text = cursor.readString();
    return new ClusterCommand.ExecuteDirect(cursor.since(start), nodes, literal, text);
  }

  /** Behind CREATE. */
  Statement create(int start) {
    if (cursor.accept("barrier")) {
      Optional<String> id = cursor.atEnd() ? Optional.empty() : Optional.of(cursor.readString());
      return new ClusterCommand.CreateBarrier(cursor.since(start), id);
    }
    cursor.expect("node");
    if (cursor.accept("group")) {
      Name name = grammar.names().name();
      cursor.expect("with");
      List<Name> nodes = grammar.names().namesInParentheses();
      return new ClusterCommand.CreateNodeGroup(cursor.since(start), name, nodes);
    }
    Name name = grammar.names().name();
    List<GenericOption> options = options();
    return new ClusterCommand.CreateNode(cursor.since(start), name, options);
  }

  private List<GenericOption> options() {
    cursor.expect("with");
    return grammar.options().inParentheses();
  }

  /** ALTER NODE, behind ALTER. */
  Statement alterNode(int start) {
    cursor.expect("node");
    Name name = grammar.names().name();
    List<GenericOption> options = options();
    return new ClusterCommand.AlterNode(cursor.since(start), name, options);
  }

  /** ALTER CLUSTER, behind ALTER. */
  Statement alterCluster(int start) {
    cursor.expect("cluster");
    ClusterCommand.AlterCluster.Action action = action();
    Optional<Name> node =
        action == ClusterCommand.AlterCluster.Action.REBALANCE
            ? Optional.empty()
            : Optional.of(grammar.names().name());
    List<GenericOption> options = grammar.options().optionalWith();
    boolean concurrently = cursor.accept("concurrently");
    return new ClusterCommand.AlterCluster(
        cursor.since(start), action, node, options, concurrently);
  }

  private ClusterCommand.AlterCluster.Action action() {
    if (cursor.accept("rebalance")) {
      return ClusterCommand.AlterCluster.Action.REBALANCE;
    }
    boolean add = cursor.accept("add");
    if (!add) {
      cursor.expect("remove");
    }
    cursor.expect("node");
    return add
        ? ClusterCommand.AlterCluster.Action.ADD_NODE
        : ClusterCommand.AlterCluster.Action.REMOVE_NODE;
  }

  /** Behind DROP. */
  Statement drop(int start) {
    cursor.expect("node");
    boolean group = cursor.accept("group");
    Name name = grammar.names().name();
    return group
        ? new ClusterCommand.DropNodeGroup(cursor.since(start), name)
        : new ClusterCommand.DropNode(cursor.since(start), name);
  }
}
