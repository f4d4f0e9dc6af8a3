package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.JobCancelled;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobLost;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A logical replication slot with the plugin {@code pgoutput}.
 *
 * <p>Threads: confined to one at a time.
 *
 * @param link to the server that has it
 */
public record ReplicationSlot(String name, Link link) {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicationSlot.class);
  private static final int SECONDS = 60;
  private static final int END_SECONDS = 5;
  private static final int MAX_DROPS = 10;
  private static final String IN_USE = "55006";

  /** Who may hold up the beginning of a slot: who has written first of those that are open. */
  private static final String OLDEST =
      """
      SELECT who FROM (
        SELECT format('prepared transaction "%s" of role %s', gid, owner), transaction
          FROM pg_prepared_xacts
        UNION ALL
        SELECT format('transaction of process %s (role %s, since %s)', pid, usename, xact_start),
          backend_xid
          FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()) x(who, xid)
      ORDER BY age(xid) DESC LIMIT 1\
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
   * Makes it; waits for every transaction that has written and is open, and tells the job of one. A
   * job that is paused meanwhile begins anew later.
   *
   * @throws SQLException with {@code 55P03} if one does not end, which is named
   * @throws JobCancelled if the job is to end
   */
  public Exported create(Servers servers, int node, String application, JobControl control)
      throws SQLException {
    Optional<Exported> made = attempt(servers, node, application, control);
    while (made.isEmpty()) {
      drop();
      control.proceed();
      made = attempt(servers, node, application, control);
    }
    return made.get();
  }

  /** Empty if the job was not to go on. */
  private Optional<Exported> attempt(
      Servers servers, int node, String application, JobControl control) throws SQLException {
    Connection replication = servers.replication(node, application);
    boolean made = false;
    try (Statement statement = replication.createStatement()) {
      FutureTask<String> creation = new FutureTask<>(() -> snapshot(statement));
      Thread.ofVirtual().name(name).start(creation);
      try {
        Optional<String> snapshot = await(creation, node, control);
        made = snapshot.isPresent();
        return snapshot.map(s -> new Exported(replication, s));
      } finally {
        stop(creation, statement);
      }
    } finally {
      if (!made) {
        replication.close();
      }
    }
  }

  private String snapshot(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "CREATE_REPLICATION_SLOT %s LOGICAL pgoutput (SNAPSHOT 'export')".formatted(name))) {
      row.next();
      return row.getString("snapshot_name");
    }
  }

  private Optional<String> await(FutureTask<String> creation, int node, JobControl control)
      throws SQLException {
    Holdup holdup = new Holdup(control, "beginning", node);
    for (int seconds = 0; seconds < SECONDS; seconds++) {
      Optional<String> snapshot = result(creation);
      if (snapshot.isPresent()) {
        holdup.over();
        return snapshot;
      }
      if (!control.isWanted()) {
        return Optional.empty();
      }
      holdup.by(oldest());
    }
    throw holdup.tooLong(oldest());
  }

  /** After a second at most. */
  private static Optional<String> result(FutureTask<String> creation) throws SQLException {
    try {
      return Optional.of(creation.get(1, TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SQLException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JobLost("the coordinator stops");
    }
  }

  /** The server does not look at its connection while it waits. */
  private static void stop(FutureTask<String> creation, Statement statement) throws SQLException {
    if (creation.isDone()) {
      return;
    }
    statement.cancel();
    try {
      String snapshot = creation.get(END_SECONDS, TimeUnit.SECONDS);
      LOG.debug("event=slot_made_late snapshot={}", snapshot);
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("event=slot_given_up reason={}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String oldest() throws SQLException {
    return link.ask(OLDEST).orElse("some transaction");
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

  /** If it is there; a subscription may come back to it meanwhile. */
  public void drop() throws SQLException {
    for (int i = 1; !isDropped(i == MAX_DROPS); i++) {
      LOG.debug("event=slot_taken_again slot={}", name);
    }
  }

  private boolean isDropped(boolean isLast) throws SQLException {
    release();
    try {
      link.run(
          "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '%s'"
              .formatted(name));
      return true;
    } catch (SQLException e) {
      if (isLast || !IN_USE.equals(e.getSQLState())) {
        throw e;
      }
      return false;
    }
  }
}
