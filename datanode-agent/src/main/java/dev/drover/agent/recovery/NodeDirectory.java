package dev.drover.agent.recovery;

import java.util.List;

/** Tells which nodes the cluster has. */
@FunctionalInterface
public interface NodeDirectory {
  /** All nodes, the catalog node among them. */
  List<NodeEndpoint> nodes();
}
