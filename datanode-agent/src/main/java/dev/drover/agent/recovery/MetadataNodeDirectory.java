package dev.drover.agent.recovery;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The nodes that the cluster's metadata lists; none while there is no metadata yet. */
public final class MetadataNodeDirectory implements NodeDirectory {
  private static final String EXISTS = "SELECT to_regclass('drover.nodes') IS NOT NULL";
  private static final String NODES = "SELECT id, host, port FROM drover.nodes WHERE id <> 0";

  @Override
  public List<NodeEndpoint> datanodes(Connection catalog) throws SQLException {
    List<NodeEndpoint> nodes = new ArrayList<>();
    try (Statement statement = catalog.createStatement()) {
      if (!hasMetadata(statement)) {
        return nodes;
      }
      try (ResultSet rows = statement.executeQuery(NODES)) {
        while (rows.next()) {
          nodes.add(NodeEndpoint.of(rows.getInt(1), rows.getString(2), rows.getInt(3)));
        }
      }
    }
    return nodes;
  }

  private static boolean hasMetadata(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery(EXISTS)) {
      rows.next();
      return rows.getBoolean(1);
    }
  }
}
