package dev.drover.redistribute.cluster;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.JobControl;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/**
 * Rows of a table from one node to another, on connections of their own. Somebody else holds
 * writers back meanwhile.
 *
 * <p>Threads: confined to the job's thread; blocks.
 */
final class RowCopy {
  private static final String APPLICATION = "drover copy";
  private static final int ROWS_BETWEEN_LOOKS = 10_000;

  private final Servers servers;
  private final JobControl control;

  RowCopy(Servers servers, JobControl control) {
    this.servers = servers;
    this.control = control;
  }

  /** A server has failed; where only unchecked exceptions may pass. */
  static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final SQLException cause;

    Broken(SQLException cause) {
      super(cause);
      this.cause = cause;
    }

    SQLException cause() {
      return cause;
    }
  }

  private record Columns(String names, boolean isBinary) {
    String inParentheses() {
      return names.isEmpty() ? "" : " (" + names + ")";
    }

    String copy(String table, String direction) {
      String format = isBinary ? " WITH (FORMAT binary)" : "";
      return "COPY " + table + inParentheses() + direction + format;
    }
  }

  /** The target's table has the source's rows then, committed. */
  void replace(String table, int source, int target) {
    between(
        source,
        target,
        (from, to) -> {
          run(to, "SET LOCAL session_replication_role = replica");
          run(to, "DELETE FROM ONLY " + table);
          copy(from, to, table, table);
        });
  }

  /** The source's rows are on the target then, in a table of their own, whose name is returned. */
  String stage(String table, int distribution, int source, int target) {
    String staged = "drover.rows_" + distribution;
    between(
        source,
        target,
        (from, to) -> {
          run(to, "DROP TABLE IF EXISTS " + staged);
          run(to, "CREATE TABLE %s (LIKE %s)".formatted(staged, table));
          copy(from, to, table, staged);
        });
    return staged;
  }

  /** Statements that put staged rows into the table. */
  String unstage(String table, String staged, int source) {
    try (Connection from = servers.connect(source, APPLICATION)) {
      Columns columns = columns(from, table);
      return "INSERT INTO %s%s SELECT %s FROM %s; DROP TABLE %4$s"
          .formatted(table, columns.inParentheses(), columns.names(), staged);
    } catch (SQLException e) {
      throw new Broken(e);
    }
  }

  private interface Work {
    void run(Connection from, Connection to) throws SQLException;
  }

  private void between(int source, int target, Work work) {
    try (Connection from = servers.connect(source, APPLICATION);
        Connection to = servers.connect(target, APPLICATION)) {
      to.setAutoCommit(false);
      work.run(from, to);
      to.commit();
    } catch (SQLException e) {
      throw new Broken(e);
    }
  }

  private void copy(Connection from, Connection to, String table, String into) throws SQLException {
    Columns columns = columns(from, table);
    CopyOut out =
        from.unwrap(PGConnection.class).getCopyAPI().copyOut(columns.copy(table, " TO STDOUT"));
    CopyIn in =
        to.unwrap(PGConnection.class).getCopyAPI().copyIn(columns.copy(into, " FROM STDIN"));
    try {
      long count = 0;
      for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
        in.writeToCopy(row, 0, row.length);
        if (++count % ROWS_BETWEEN_LOOKS == 0) {
          control.proceed();
        }
      }
      in.endCopy();
    } finally {
      if (in.isActive()) {
        in.cancelCopy();
      }
    }
  }

  /** Generated columns are computed anew; values that carry OIDs travel as text. */
  private static Columns columns(Connection server, String table) throws SQLException {
    String sql =
        "SELECT columns, is_binary FROM drover.copied_columns(%s::regclass)"
            .formatted(SqlQuote.literal(table));
    try (PreparedStatement select = server.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      row.next();
      return new Columns(row.getString(1), row.getBoolean(2));
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
