package dev.drover.redistribute.move;

import dev.drover.redistribute.job.JobFailed;
import dev.drover.redistribute.job.JobId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The table {@code drover.move}, written over the connection that holds the job's claim.
 *
 * <p>Threads: stateless; calls block.
 */
final class MoveStore {
  private MoveStore() {}

  /** A move and where it stands. */
  record Stored(Move move, MoveMachine.State state) {}

  static MoveId add(Connection catalog, JobId job, SlotMoves.Planned planned) throws SQLException {
    String sql =
        "INSERT INTO drover.move (job, colocation_group, slot, source, target)"
            + " VALUES (?, ?, ?, ?, ?) RETURNING id";
    try (PreparedStatement insert = catalog.prepareStatement(sql)) {
      insert.setInt(1, job.number());
      insert.setInt(2, planned.group());
      insert.setInt(3, planned.slot());
      insert.setInt(4, planned.source());
      insert.setInt(5, planned.target());
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return new MoveId(row.getInt(1));
      }
    }
  }

  /** All moves of a job in the order of their planning. */
  static List<Stored> ofJob(Connection catalog, JobId job) throws SQLException {
    String sql =
        "SELECT id, colocation_group, slot, source, target, phase, restarts FROM drover.move"
            + " WHERE job = ? ORDER BY id";
    List<Stored> found = new ArrayList<>();
    try (PreparedStatement select = catalog.prepareStatement(sql)) {
      select.setInt(1, job.number());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Move move =
              new Move(
                  new MoveId(row.getInt(1)),
                  row.getInt(2),
                  row.getInt(3),
                  row.getInt(4),
                  row.getInt(5));
          MovePhase phase = MovePhase.valueOf(row.getString(6));
          found.add(new Stored(move, new MoveMachine.State(phase, row.getInt(7))));
        }
      }
    }
    return found;
  }

  /** Waits for a cutover in doubt, which holds the row. */
  static MovePhase phase(Connection catalog, MoveId id) throws SQLException {
    String sql = "SELECT phase FROM drover.move WHERE id = ? FOR UPDATE";
    try (PreparedStatement select = catalog.prepareStatement(sql)) {
      select.setInt(1, id.number());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return MovePhase.valueOf(row.getString(1));
      }
    }
  }

  /**
   * Writes a state down; false, and nothing written, if a cutover has decided the move meanwhile:
   * that of an earlier claim may have been in doubt. Waits for one that is.
   */
  static boolean enter(Connection catalog, MoveId id, MoveMachine.State state) throws SQLException {
    String sql =
        "UPDATE drover.move SET phase = ?, restarts = ?,"
            + " started = coalesce(started, clock_timestamp()),"
            + " finished = CASE WHEN ? THEN clock_timestamp() END"
            + " WHERE id = ? AND (phase <> 'DECIDED' OR ?)";
    try (PreparedStatement update = catalog.prepareStatement(sql)) {
      update.setString(1, state.phase().name());
      update.setInt(2, state.restarts());
      update.setBoolean(3, state.phase().isOver());
      update.setInt(4, id.number());
      update.setBoolean(5, state.phase().isDecided());
      return update.executeUpdate() > 0;
    }
  }

  static void say(Connection catalog, MoveId id, String message) throws SQLException {
    String sql = "UPDATE drover.move SET message = ? WHERE id = ?";
    try (PreparedStatement update = catalog.prepareStatement(sql)) {
      update.setString(1, message);
      update.setInt(2, id.number());
      update.executeUpdate();
    }
  }

  static String message(Connection catalog, MoveId id) throws SQLException {
    return text(catalog, "SELECT message FROM drover.move WHERE id = " + id);
  }

  /** Of the tables as they were copied. */
  static String fingerprint(Connection catalog, MoveId id) throws SQLException {
    return text(catalog, "SELECT fingerprint FROM drover.move WHERE id = " + id);
  }

  static void fingerprint(Connection catalog, MoveId id, String value) throws SQLException {
    String sql = "UPDATE drover.move SET fingerprint = ? WHERE id = ?";
    try (PreparedStatement update = catalog.prepareStatement(sql)) {
      update.setString(1, value);
      update.setInt(2, id.number());
      update.executeUpdate();
    }
  }

  private static String text(Connection catalog, String sql) throws SQLException {
    try (PreparedStatement select = catalog.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getString(1);
    }
  }

  /** That the source has the slot and both nodes exist. */
  static void checkPlan(Connection catalog, Move move) throws SQLException {
    String sql =
        """
        SELECT g.slots[%d] = %d, EXISTS (SELECT FROM drover.nodes WHERE id = %d) \
        FROM drover.colocation_groups g WHERE g.id = %d\
        """
            .formatted(move.slot() + 1, move.source(), move.target(), move.group());
    try (PreparedStatement select = catalog.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      if (!row.next() || !row.getBoolean(1) || !row.getBoolean(2)) {
        throw new JobFailed(
            "slot %d of group %d is not on node %d any more, or node %d is gone"
                .formatted(move.slot(), move.group(), move.source(), move.target()));
      }
    }
  }

  /** Those of a job that has ended are not to be done any more. */
  static void giveUpPlanned(Connection catalog, JobId job) throws SQLException {
    String sql =
        "UPDATE drover.move SET phase = 'FAILED', finished = clock_timestamp(),"
            + " message = 'the job has ended' WHERE job = ? AND phase = 'PLANNED'";
    try (PreparedStatement update = catalog.prepareStatement(sql)) {
      update.setInt(1, job.number());
      update.executeUpdate();
    }
  }

  static void total(Connection catalog, MoveId id, long bytes, long rows) throws SQLException {
    numbers(
        catalog,
        "UPDATE drover.move SET bytes_total = ?, rows_total = ?, bytes_done = 0, rows_done = 0"
            + " WHERE id = ?",
        new long[] {bytes, rows, id.number()});
  }

  static void done(Connection catalog, MoveId id, long bytes, long rows) throws SQLException {
    numbers(
        catalog,
        "UPDATE drover.move SET bytes_done = ?, rows_done = ? WHERE id = ?",
        new long[] {bytes, rows, id.number()});
  }

  /** One more attempt at the cutover, which kept writers waiting for so long. */
  static void blocked(Connection catalog, MoveId id, long micros) throws SQLException {
    numbers(
        catalog,
        "UPDATE drover.move SET blocked_micros = greatest(blocked_micros, ?),"
            + " attempts = attempts + 1 WHERE id = ?",
        new long[] {micros, id.number()});
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
