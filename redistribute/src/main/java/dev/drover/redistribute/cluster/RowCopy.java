package dev.drover.redistribute.cluster;

import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.copy.TableStream;
import dev.drover.redistribute.job.JobControl;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Rows of a table from one node to another, on connections of their own. Somebody else holds
 * writers back meanwhile.
 *
 * <p>Threads: confined to the job's thread; blocks.
 */
final class RowCopy {
  private static final String APPLICATION = "drover copy";
  private static final long LOOK_NANOS = 500_000_000;

  private final Servers servers;
  private final JobControl control;
  private long looked = System.nanoTime();

  RowCopy(Servers servers, JobControl control) {
    this.servers = servers;
    this.control = control;
  }

  /** The target's table has the source's rows then, committed. */
  void replace(String table, int source, int target) throws SQLException {
    between(
        source,
        target,
        (from, to) -> {
          run(to, "SET LOCAL session_replication_role = replica");
          run(to, "DELETE FROM ONLY " + table);
          copy(from, table, to, table);
        });
  }

  /** The source's rows are on the target then, in a table of their own, whose name is returned. */
  String stage(String table, int distribution, int source, int target) throws SQLException {
    String staged = "drover.rows_" + distribution;
    between(
        source,
        target,
        (from, to) -> {
          run(to, "DROP TABLE IF EXISTS " + staged);
          run(to, "CREATE TABLE %s (LIKE %s)".formatted(staged, table));
          copy(from, table, to, staged);
        });
    return staged;
  }

  /** Statements that put staged rows into the table. */
  String unstage(String table, String staged, int source) throws SQLException {
    try (Connection from = servers.connect(source, APPLICATION)) {
      TableStream stream = TableStream.of(from, table);
      return "INSERT INTO %s%s SELECT %s FROM %s; DROP TABLE %4$s"
          .formatted(table, stream.columnList(), stream.columns(), staged);
    }
  }

  private interface Work {
    void run(Connection from, Connection to) throws SQLException;
  }

  private void between(int source, int target, Work work) throws SQLException {
    try (Connection from = servers.connect(source, APPLICATION);
        Connection to = servers.connect(target, APPLICATION)) {
      to.setAutoCommit(false);
      work.run(from, to);
      to.commit();
    }
  }

  private void copy(Connection from, String table, Connection to, String into) throws SQLException {
    TableStream.of(from, table).run(from, table, to, into, _ -> look());
  }

  private void look() throws SQLException {
    if (System.nanoTime() - looked > LOOK_NANOS) {
      looked = System.nanoTime();
      control.proceed();
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
