package dev.drover.redistribute.rewrite;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.move.Link;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;

/**
 * What a rewrite makes on a node that the rows come from: a publication, a replication slot, and
 * old rows told whole.
 *
 * <p>Threads: confined to one thread at a time.
 */
final class SourceNode {
  private static final int SLOT_SECONDS = 60;
  private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '200ms'";
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final int MAX_LOCKS = 100;
  private static final long PAUSE_NANOS = 100_000_000;

  /** Who may hold up the beginning of a replication slot. */
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

  private final Rewrite rewrite;
  private final Link link;

  SourceNode(Rewrite rewrite, Link link) {
    this.rewrite = rewrite;
    this.link = link;
  }

  /** The connection keeps the snapshot alive that the replication slot begins with. */
  record Exported(Connection connection, String snapshot) implements AutoCloseable {
    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  /** A TRUNCATE is not published but refused. */
  void publish(RewrittenTable.Source source, JobControl control) throws SQLException {
    for (String relation : source.relations()) {
      locking(
          control,
          """
          ALTER TABLE %1$s REPLICA IDENTITY FULL; \
          CREATE OR REPLACE TRIGGER drover_moving BEFORE TRUNCATE ON %1$s \
          EXECUTE FUNCTION drover.refuse_truncate()\
          """
              .formatted(relation));
    }
    link.run(
        "CREATE PUBLICATION %s FOR TABLE %s WITH (publish = 'insert, update, delete'%s)"
            .formatted(
                rewrite.objectName(), String.join(", ", source.relations()), generatedColumns()));
  }

  /** Waits for locks, but not for long at a time: whoever comes later waits behind. */
  private void locking(JobControl control, String sql) throws SQLException {
    for (int i = 1; ; i++) {
      control.keep();
      try {
        link.transaction(
            () -> {
              link.run(LOCK_TIMEOUT);
              link.run(sql);
            });
        return;
      } catch (SQLException e) {
        if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState()) || i == MAX_LOCKS) {
          throw e;
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Servers that know of it refuse changes of tables where it is missing; nobody reads them. */
  private String generatedColumns() throws SQLException {
    return link.is("SELECT current_setting('server_version_num')::integer >= 180000")
        ? ", publish_generated_columns = stored"
        : "";
  }

  /** Makes the replication slot; waits for every transaction that has written and is open. */
  Exported slot(Servers servers, int node) throws SQLException {
    Connection replication = servers.replication(node, rewrite.application());
    boolean made = false;
    try (Statement statement = replication.createStatement()) {
      statement.setQueryTimeout(SLOT_SECONDS);
      try (ResultSet row =
          statement.executeQuery(
              "CREATE_REPLICATION_SLOT %s LOGICAL pgoutput (SNAPSHOT 'export')"
                  .formatted(rewrite.objectName()))) {
        row.next();
        made = true;
        return new Exported(replication, row.getString("snapshot_name"));
      }
    } catch (SQLException e) {
      throw "57014".equals(e.getSQLState()) ? heldUp(node, e) : e;
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
        "55P03",
        cause);
  }

  boolean hasSlot() throws SQLException {
    return link.is(
        "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '%s'"
                .formatted(rewrite.objectName())
            + " AND wal_status IS DISTINCT FROM 'lost')");
  }

  /** Ends work of a former claim, so that it cannot meddle. */
  static void endOthers(Link link, Rewrite rewrite) throws SQLException {
    link.run(
        """
        SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
        WHERE application_name = '%s' AND pid <> pg_backend_pid()\
        """
            .formatted(rewrite.application()));
  }

  /** Takes away what was made, except for what tables have got. */
  static void clear(Link link, String objectName) throws SQLException {
    link.run(
        """
        SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots \
        WHERE slot_name = '%1$s' AND active_pid IS NOT NULL\
        """
            .formatted(objectName));
    link.run(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '%s'"
            .formatted(objectName));
    link.run("DROP PUBLICATION IF EXISTS " + objectName);
  }

  /** The old table stays: as it was before. */
  void restore(RewrittenTable table, RewrittenTable.Source source, JobControl control)
      throws SQLException {
    for (String relation : source.relations()) {
      locking(
          control,
          "SELECT drover.restore_identity(to_regclass(%s), %s, %s::json->'spec')"
              .formatted(
                  SqlQuote.literal(relation),
                  source.areLeaves() ? "'" + table.distribution() + "'" : "NULL",
                  SqlQuote.literal(table.definition())));
    }
  }
}
