package dev.drover.agent.recovery;

import dev.drover.agent.postgres.Secret;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One kept connection per node: a prepared lock on a system catalog shuts out new connections, but
 * not these, which could then still finish its transaction.
 *
 * <p>Threads: confined to the resolver's thread.
 */
public final class NodeSessions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeSessions.class);

  /** Work at one node. */
  @FunctionalInterface
  interface NodeWork<T> {
    T at(NodeSession session) throws SQLException;
  }

  /** Makes a connection. */
  @FunctionalInterface
  public interface Opener {
    NodeSession open(NodeEndpoint endpoint) throws SQLException;
  }

  private final Opener opener;
  private final Map<Integer, NodeSession> open = new HashMap<>();
  private final NodeEndpoint catalog;
  private List<NodeEndpoint> endpoints;

  public NodeSessions(NodeEndpoint catalog, Opener opener) {
    this.catalog = catalog;
    this.opener = opener;
    this.endpoints = List.of(catalog);
  }

  /** Of PostgreSQL servers; {@code secret} is the password of {@code drover} on each. */
  static NodeSessions of(NodeEndpoint catalog, NodeDirectory directory, Secret secret) {
    return new NodeSessions(catalog, endpoint -> JdbcNodeSession.open(endpoint, directory, secret));
  }

  /** Reads the list of nodes again; while the catalog node is down, the last one stays. */
  void refresh() {
    Optional<List<NodeEndpoint>> datanodes = tryAt(NodeEndpoint.CATALOG, NodeSession::datanodes);
    if (datanodes.isEmpty()) {
      return;
    }
    List<NodeEndpoint> all = new ArrayList<>(datanodes.get());
    all.addFirst(catalog);
    endpoints = List.copyOf(all);
    Set<Integer> known = endpoints.stream().map(NodeEndpoint::node).collect(Collectors.toSet());
    List.copyOf(open.keySet()).stream().filter(node -> !known.contains(node)).forEach(this::drop);
  }

  List<Integer> nodes() {
    return endpoints.stream().map(NodeEndpoint::node).toList();
  }

  boolean isConnected(int node) {
    return open.containsKey(node);
  }

  /** The result of the work; empty when the node cannot be reached, now or in the middle. */
  <T> Optional<T> tryAt(int node, NodeWork<T> work) {
    try {
      return Optional.of(work.at(session(node)));
    } catch (SQLException e) {
      LOG.debug("event=node_unreachable node={}", node, e);
      drop(node);
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    List.copyOf(open.keySet()).forEach(this::drop);
  }

  private NodeSession session(int node) throws SQLException {
    NodeSession kept = open.get(node);
    if (kept != null && kept.isOpen()) {
      return kept;
    }
    NodeEndpoint endpoint =
        endpoints.stream()
            .filter(candidate -> candidate.node() == node)
            .findFirst()
            .orElseThrow(() -> new SQLException("the cluster has no node " + node));
    NodeSession session = opener.open(endpoint);
    open.put(node, session);
    return session;
  }

  private void drop(int node) {
    NodeSession session = open.remove(node);
    if (session == null) {
      return;
    }
    try {
      session.close();
    } catch (SQLException e) {
      LOG.debug("event=close_failed node={}", node, e);
    }
  }
}
