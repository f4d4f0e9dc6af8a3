package dev.drover.deploy.bench;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What all servers of one contender count together.
 *
 * <p>A server learns of a backend's counts up to a second late, so a run of few seconds is seen
 * with a small shift in time.
 *
 * <p>Threads: confined to one.
 */
final class ServerStatistics implements AutoCloseable {
  /** Where the flushes of the write-ahead log are counted moved with this version. */
  private static final int FIRST_MAJOR_WITH_WAL_IN_IO = 18;

  private static final String WAL_SYNCS = "SELECT wal_sync FROM pg_stat_wal";
  private static final String WAL_SYNCS_IN_IO =
      "SELECT coalesce(sum(fsyncs), 0)::bigint FROM pg_stat_io WHERE object = 'wal'";

  private final List<Connection> connections;

  ServerStatistics(Contender contender) throws SQLException {
    this.connections = new ArrayList<>(contender.serverConnections());
  }

  long walSyncs() throws SQLException {
    long sum = 0;
    for (Connection connection : connections) {
      int major = connection.getMetaData().getDatabaseMajorVersion();
      sum += number(connection, major < FIRST_MAJOR_WITH_WAL_IN_IO ? WAL_SYNCS : WAL_SYNCS_IN_IO);
    }
    return sum;
  }

  /** So that no run pays for what an earlier one has written. */
  void checkpoint() throws SQLException {
    for (Connection connection : connections) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("CHECKPOINT");
      }
    }
  }

  @Override
  public void close() throws SQLException {
    for (Connection connection : connections) {
      connection.close();
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
