package dev.drover.tests.moves;

import dev.drover.redistribute.move.MovePhase;
import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.OptionalInt;

/**
 * Stops a move where the record of a phase ends: its work is done, and the statement that would
 * write the next phase down waits. Or where that statement's transaction, which is the cutover's,
 * is being prepared everywhere.
 *
 * <p>Triggers on the catalog node's records wait for advisory locks that this holds.
 *
 * <p>Threads: confined to one.
 */
final class CrashPoints implements AutoCloseable {
  private static final int WORKED = 771;
  private static final int PREPARING = 772;

  private final Connection connection;

  CrashPoints(Endpoint catalog) throws SQLException {
    this.connection = catalog.connect();
  }

  /** Where a move waits. */
  record Point(MovePhase phase, boolean isPrepared) {
    private int key() {
      return List.of(MovePhase.values()).indexOf(phase);
    }

    private int lock() {
      return isPrepared ? PREPARING : WORKED;
    }
  }

  /** {@code records} is the table with a phase for each move or rewrite. */
  static void install(Endpoint catalog, String records) throws SQLException {
    try (Connection connection = catalog.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          CREATE TABLE drover.crash_points (lock integer, phase text, key integer);
          CREATE FUNCTION drover.stop_at_crash_point() RETURNS trigger LANGUAGE plpgsql
          SET lock_timeout = 0 AS $$
          DECLARE
            point record;
          BEGIN
            FOR point IN SELECT * FROM drover.crash_points p
              WHERE p.phase = OLD.phase AND p.lock = TG_ARGV[0]::integer
            LOOP
              PERFORM pg_advisory_lock_shared(point.lock, point.key);
              PERFORM pg_advisory_unlock_shared(point.lock, point.key);
            END LOOP;
            RETURN NULL;
          END $$;
          CREATE TRIGGER worked AFTER UPDATE ON %3$s FOR EACH ROW
            WHEN (OLD.phase <> NEW.phase) EXECUTE FUNCTION drover.stop_at_crash_point(%1$d);
          CREATE CONSTRAINT TRIGGER preparing AFTER UPDATE ON %3$s
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (OLD.phase <> NEW.phase) EXECUTE FUNCTION drover.stop_at_crash_point(%2$d)
          """
              .formatted(WORKED, PREPARING, records));
    }
  }

  /** From now on a move waits there. */
  void arm(Point point) throws SQLException {
    execute("SELECT pg_advisory_lock(%d, %d)".formatted(point.lock(), point.key()));
    execute(
        "INSERT INTO drover.crash_points VALUES (%d, '%s', %d)"
            .formatted(point.lock(), point.phase(), point.key()));
  }

  /** The server process of the move that waits there, if one does. */
  OptionalInt waiting(Point point) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                AND classid = %d AND objid = %d
                """
                    .formatted(point.lock(), point.key()))) {
      return row.next() ? OptionalInt.of(row.getInt(1)) : OptionalInt.empty();
    }
  }

  /** Who waits there goes on; nobody else waits. */
  void release(Point point) throws SQLException {
    execute(
        "DELETE FROM drover.crash_points WHERE lock = %d AND phase = '%s'"
            .formatted(point.lock(), point.phase()));
    execute("SELECT pg_advisory_unlock(%d, %d)".formatted(point.lock(), point.key()));
  }

  /** What waits there never happens: its process ends. */
  void discard(Point point) throws SQLException {
    execute("SELECT pg_terminate_backend(%d, 10000)".formatted(waiting(point).orElseThrow()));
    release(point);
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    execute("DELETE FROM drover.crash_points");
    connection.close();
  }
}
