package dev.drover.agent.recovery;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Tells which nodes the cluster has. */
@FunctionalInterface
public interface NodeDirectory {
  /** All nodes but the catalog node, to which this connection leads. */
  List<NodeEndpoint> datanodes(Connection catalog) throws SQLException;
}
