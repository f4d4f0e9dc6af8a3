package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** Drover's own statements about nodes and the cluster. */
public sealed interface ClusterCommand extends Statement {
  /** {@code CREATE NODE name WITH (TYPE = ..., HOST = ..., ...)}. */
  record CreateNode(Span span, Name name, List<GenericOption> options) implements ClusterCommand {
    public CreateNode {
      options = List.copyOf(options);
    }

    @Override
    public List<Node> children() {
      return Children.of(options).list();
    }
  }

  /** {@code ALTER NODE name WITH (...)}. */
  record AlterNode(Span span, Name name, List<GenericOption> options) implements ClusterCommand {
    public AlterNode {
      options = List.copyOf(options);
    }

    @Override
    public List<Node> children() {
      return Children.of(options).list();
    }
  }

  /** {@code DROP NODE name}. */
  record DropNode(Span span, Name name) implements ClusterCommand {}

  /** {@code CREATE NODE GROUP name WITH (node, ...)}. */
  record CreateNodeGroup(Span span, Name name, List<Name> nodes) implements ClusterCommand {
    public CreateNodeGroup {
      nodes = List.copyOf(nodes);
    }
  }

  /** {@code DROP NODE GROUP name}. */
  record DropNodeGroup(Span span, Name name) implements ClusterCommand {}

  /** {@code ALTER CLUSTER ADD NODE | REMOVE NODE | REBALANCE ... [CONCURRENTLY]}. */
  record AlterCluster(
      Span span,
      Action action,
      Optional<Name> node,
      List<GenericOption> options,
      boolean concurrently)
      implements ClusterCommand {
    /** What is done to every table at once. */
    public enum Action {
      ADD_NODE,
      REMOVE_NODE,
      REBALANCE
    }

    public AlterCluster {
      options = List.copyOf(options);
    }

    @Override
    public List<Node> children() {
      return Children.of(options).list();
    }
  }

  /** {@code EXECUTE DIRECT ON (node, ...) 'statement'}. */
  record ExecuteDirect(Span span, List<Name> nodes, Span literal, String statement)
      implements ClusterCommand {
    public ExecuteDirect {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * {@code CLEAN CONNECTION TO ... [FOR DATABASE d] [TO USER u]}.
   *
   * @param nodes empty for ALL
   */
  record CleanConnection(
      Span span,
      Target target,
      boolean force,
      List<Name> nodes,
      Optional<Name> database,
      Optional<Name> user)
      implements ClusterCommand {
    /** Whose pooled connections are meant. */
    public enum Target {
      COORDINATOR,
      NODE,
      ALL
    }

    public CleanConnection {
      nodes = List.copyOf(nodes);
    }
  }

  /** {@code CREATE BARRIER ['id']}. */
  record CreateBarrier(Span span, Optional<String> id) implements ClusterCommand {}

  /** {@code PAUSE CLUSTER}. */
  record PauseCluster(Span span) implements ClusterCommand {}

  /** {@code UNPAUSE CLUSTER}. */
  record UnpauseCluster(Span span) implements ClusterCommand {}
}
