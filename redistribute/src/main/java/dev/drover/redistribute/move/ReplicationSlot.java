package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.change.Servers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A logical replication slot with the plugin {@code pgoutput}.
 *
 * <p>Threads: confined to one at a time.
 *
 * @param link to the server that has it
 */
public record ReplicationSlot(String name, Link link) {
  private static final int SECONDS = 60;
  private static final String CANCELLED = "57014";
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /** Who may hold up the beginning of a slot. */
  private static final String OLDEST =
      """
      SELECT coalesce(
        (SELECT format('prepared transaction "%s" of role %s', gid, owner) FROM pg_prepared_xacts
          ORDER BY prepared LIMIT 1),
        (SELECT format('transaction of process %s (role %s, since %s)', pid, usename, xact_start)
          FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
          ORDER BY xact_start LIMIT 1),
        'some transaction')\
      """;

  public ReplicationSlot {
    requireNonNull(name);
    requireNonNull(link);
  }

  /** The connection keeps the snapshot alive that the slot begins with. */
  public record Exported(Connection connection, String snapshot) implements AutoCloseable {
    public Exported {
      requireNonNull(connection);
      requireNonNull(snapshot);
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  /**
   * Makes it; waits for every transaction that has written and is open.
   *
   * @throws SQLException with {@code 55P03} if one does not end, which is named
   */
  public Exported create(Servers servers, int node, String application) throws SQLException {
    Connection replication = servers.replication(node, application);
    boolean made = false;
    try (Statement statement = replication.createStatement()) {
      statement.setQueryTimeout(SECONDS);
      try (ResultSet row =
          statement.executeQuery(
              "CREATE_REPLICATION_SLOT %s LOGICAL pgoutput (SNAPSHOT 'export')".formatted(name))) {
        row.next();
        made = true;
        return new Exported(replication, row.getString("snapshot_name"));
      }
    } catch (SQLException e) {
      throw CANCELLED.equals(e.getSQLState()) ? heldUp(node, e) : e;
    } finally {
      if (!made) {
        replication.close();
      }
    }
  }

  private SQLException heldUp(int node, SQLException cause) throws SQLException {
    return new SQLException(
        "%s on node %s keeps the job from its beginning"
            .formatted(link.ask(OLDEST).orElse("transaction"), node),
        LOCK_NOT_AVAILABLE,
        cause);
  }

  /** False also when the server has thrown away what it was to send. */
  public boolean isWhole() throws SQLException {
    return link.is(
        "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '%s'".formatted(name)
            + " AND wal_status IS DISTINCT FROM 'lost')");
  }

  /** Nobody reads it when this returns. */
  public void release() throws SQLException {
    link.run(
        """
        SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots \
        WHERE slot_name = '%s' AND active_pid IS NOT NULL\
        """
            .formatted(name));
  }

  /** If it is there. */
  public void drop() throws SQLException {
    release();
    link.run(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '%s'"
            .formatted(name));
  }
}
