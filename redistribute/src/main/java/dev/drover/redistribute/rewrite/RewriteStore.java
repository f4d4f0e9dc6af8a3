package dev.drover.redistribute.rewrite;

import dev.drover.redistribute.job.JobFailed;
import dev.drover.redistribute.job.JobId;
import dev.drover.redistribute.move.MoveMachine;
import dev.drover.redistribute.move.MovePhase;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The table {@code drover.rewrite}, written over the connection that holds the job's claim.
 *
 * <p>Threads: stateless; calls block.
 */
final class RewriteStore {
  private RewriteStore() {}

  /** A rewrite and where it stands. */
  record Stored(Rewrite rewrite, MoveMachine.State state) {}

  static Stored read(Connection catalog, JobId job) throws SQLException {
    String sql =
        "SELECT relid, kind, nodes, leaf_name, columns, colocation_group, key_positions,"
            + " key_types::bigint[]::integer[], key_casts, phase, restarts"
            + " FROM drover.rewrite WHERE job = ?";
    try (PreparedStatement select = catalog.prepareStatement(sql)) {
      select.setInt(1, job.number());
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new JobFailed("nothing is written down of job " + job);
        }
        MovePhase phase = MovePhase.valueOf(row.getString(10));
        return new Stored(rewrite(job, row), new MoveMachine.State(phase, row.getInt(11)));
      }
    }
  }

  private static Rewrite rewrite(JobId job, ResultSet row) throws SQLException {
    int group = row.getInt(6);
    return new Rewrite(
        job,
        row.getString(1),
        row.getString(2).charAt(0),
        numbers(row.getArray(3)),
        row.getString(4),
        List.of((String[]) row.getArray(5).getArray()),
        key(row),
        group == 0 ? Optional.empty() : Optional.of(group));
  }

  private static List<Rewrite.Key> key(ResultSet row) throws SQLException {
    List<Integer> positions = numbers(row.getArray(7));
    List<Integer> types = numbers(row.getArray(8));
    String[] casts = (String[]) row.getArray(9).getArray();
    List<Rewrite.Key> key = new ArrayList<>();
    for (int i = 0; i < positions.size(); i++) {
      key.add(new Rewrite.Key(positions.get(i), types.get(i), casts[i]));
    }
    return key;
  }

  static List<Integer> numbers(Array array) throws SQLException {
    return Arrays.asList((Integer[]) array.getArray());
  }

  /** Waits for a cutover in doubt, which holds the row. */
  static MovePhase phase(Connection catalog, JobId job) throws SQLException {
    String sql = "SELECT phase FROM drover.rewrite WHERE job = ? FOR UPDATE";
    try (PreparedStatement select = catalog.prepareStatement(sql)) {
      select.setInt(1, job.number());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return MovePhase.valueOf(row.getString(1));
      }
    }
  }

  /**
   * Writes a state down; false, and nothing written, if a cutover has decided it meanwhile: that of
   * an earlier claim may have been in doubt. Waits for one that is.
   */
  static boolean enter(Connection catalog, JobId job, MoveMachine.State state) throws SQLException {
    String sql =
        "UPDATE drover.rewrite SET phase = ?, restarts = ?,"
            + " started = coalesce(started, clock_timestamp()),"
            + " finished = CASE WHEN ? THEN clock_timestamp() END"
            + " WHERE job = ? AND (phase <> 'DECIDED' OR ?)";
    try (PreparedStatement update = catalog.prepareStatement(sql)) {
      update.setString(1, state.phase().name());
      update.setInt(2, state.restarts());
      update.setBoolean(3, state.phase().isOver());
      update.setInt(4, job.number());
      update.setBoolean(5, state.phase().isDecided());
      return update.executeUpdate() > 0;
    }
  }

  static void say(Connection catalog, JobId job, String message) throws SQLException {
    text(catalog, "UPDATE drover.rewrite SET message = ? WHERE job = ?", message, job);
  }

  /** Of the table as it was copied. */
  static void fingerprint(Connection catalog, JobId job, String value) throws SQLException {
    text(catalog, "UPDATE drover.rewrite SET fingerprint = ? WHERE job = ?", value, job);
  }

  static String fingerprint(Connection catalog, JobId job) throws SQLException {
    return column(catalog, "fingerprint", job);
  }

  /** As {@code drover.reshape} has it. */
  static void shape(Connection catalog, JobId job, String value) throws SQLException {
    text(catalog, "UPDATE drover.rewrite SET shape = ?::json WHERE job = ?", value, job);
  }

  static String message(Connection catalog, JobId job) throws SQLException {
    return column(catalog, "message", job);
  }

  static void total(Connection catalog, JobId job, long bytes, long rows) throws SQLException {
    numbers(
        catalog,
        "UPDATE drover.rewrite SET bytes_total = ?, rows_total = ?, bytes_done = 0, rows_done = 0"
            + " WHERE job = ?",
        new long[] {bytes, rows, job.number()});
  }

  static void done(Connection catalog, JobId job, long bytes, long rows) throws SQLException {
    numbers(
        catalog,
        "UPDATE drover.rewrite SET bytes_done = ?, rows_done = ? WHERE job = ?",
        new long[] {bytes, rows, job.number()});
  }

  /** One more attempt at the cutover, which kept writers waiting for so long. */
  static void blocked(Connection catalog, JobId job, long micros) throws SQLException {
    numbers(
        catalog,
        "UPDATE drover.rewrite SET blocked_micros = greatest(blocked_micros, ?),"
            + " attempts = attempts + 1 WHERE job = ?",
        new long[] {micros, job.number()});
  }

  private static void text(Connection catalog, String sql, String value, JobId job)
      throws SQLException {
    try (PreparedStatement update = catalog.prepareStatement(sql)) {
      update.setString(1, value);
      update.setInt(2, job.number());
      update.executeUpdate();
    }
  }

  private static String column(Connection catalog, String column, JobId job) throws SQLException {
    String sql = "SELECT %s FROM drover.rewrite WHERE job = %s".formatted(column, job);
    try (PreparedStatement select = catalog.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getString(1);
    }
  }

  private static void numbers(Connection catalog, String sql, long[] values) throws SQLException {
    try (PreparedStatement update = catalog.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        update.setLong(i + 1, values[i]);
      }
      update.executeUpdate();
    }
  }
}
