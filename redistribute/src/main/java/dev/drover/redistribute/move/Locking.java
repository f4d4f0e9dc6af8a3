package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.job.JobCancelled;
import dev.drover.redistribute.job.JobControl;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Short transactions of a job, each of which locks a table first: it waits for the lock, but not
 * for long at a time, because whoever comes later waits behind. Who has it is named in the job.
 *
 * <p>Threads: confined to one thread at a time; blocks.
 */
public final class Locking {
  /** It loses every deadlock at once, and ends an autovacuum that is in its way. */
  private static final String TIMEOUTS =
      "SET LOCAL lock_timeout = '200ms'; SET LOCAL deadlock_timeout = '20ms'";

  private static final List<String> NOT_NOW = List.of("55P03", "40P01");
  private static final int MAX_LOCKS = 60;
  private static final long PAUSE_NANOS = 100_000_000;
  private static final int LONGEST_PAUSE = 8;

  private final Link link;
  private final JobControl control;
  private final int node;
  private final boolean undoes;

  private Locking(Link link, JobControl control, int node, boolean undoes) {
    this.link = requireNonNull(link);
    this.control = requireNonNull(control);
    this.node = node;
    this.undoes = undoes;
  }

  /** Pause and cancel take effect while it waits. */
  public static Locking toBegin(Link link, JobControl control, int node) {
    return new Locking(link, control, node, false);
  }

  /** Neither pause nor cancel keeps it from going on. */
  public static Locking toUndo(Link link, JobControl control, int node) {
    return new Locking(link, control, node, true);
  }

  /** What a transaction keeps others from. */
  public enum Mode {
    CHANGING_THE_TABLE(
        "SHARE UPDATE EXCLUSIVE", "{AccessShareLock,RowShareLock,RowExclusiveLock,SIReadLock}"),
    WRITING("SHARE ROW EXCLUSIVE", "{AccessShareLock,RowShareLock,SIReadLock}"),
    USING("ACCESS EXCLUSIVE", "{SIReadLock}");

    private final String lock;
    private final String harmless;

    Mode(String lock, String harmless) {
      this.lock = lock;
      this.harmless = harmless;
    }
  }

  /**
   * Returns when the body has been committed.
   *
   * @param table qualified and quoted
   * @throws SQLException with {@code 55P03} if somebody does not let go, who is named
   * @throws JobCancelled if the job is to end, unless it does
   */
  public void run(String table, Mode mode, Link.Body body) throws SQLException {
    Holdup holdup = new Holdup(control, undoes ? "end" : "beginning", node);
    for (int i = 1; ; i++) {
      if (undoes) {
        control.keep();
      } else {
        control.proceed();
      }
      if (isDone(table, mode, body)) {
        holdup.over();
        return;
      }
      String who = holder(table, mode);
      if (i == MAX_LOCKS) {
        throw holdup.tooLong(who);
      }
      holdup.by(who);
      LockSupport.parkNanos(pauseNanos(i));
    }
  }

  /** At random: who takes the lock again and again may do so at even intervals. */
  private static long pauseNanos(int attempt) {
    long longest = 2 * PAUSE_NANOS * Math.min(attempt, LONGEST_PAUSE);
    return ThreadLocalRandom.current().nextLong(longest);
  }

  private boolean isDone(String table, Mode mode, Link.Body body) throws SQLException {
    try {
      link.transaction(
          () -> {
            link.run(TIMEOUTS);
            link.run("LOCK TABLE ONLY %s IN %s MODE".formatted(table, mode.lock));
            body.run();
          });
      return true;
    } catch (SQLException e) {
      if (NOT_NOW.contains(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }

  /** The oldest; a prepared transaction's locks are of no process. */
  private String holder(String table, Mode mode) throws SQLException {
    return link.ask(
            """
            SELECT CASE WHEN x.gid IS NOT NULL
              THEN format('prepared transaction "%%s" of role %%s', x.gid, x.owner)
              ELSE format('transaction of process %%s (role %%s, since %%s)',
                a.pid, a.usename, a.xact_start) END
            FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
              LEFT JOIN pg_locks t ON t.locktype = 'transactionid' AND t.granted
                AND t.pid IS NULL AND l.pid IS NULL AND t.virtualtransaction = l.virtualtransaction
              LEFT JOIN pg_prepared_xacts x ON x.transaction = t.transactionid
            WHERE l.locktype = 'relation' AND l.granted AND l.mode <> ALL ('%s')
              AND l.relation = to_regclass(%s)
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (a.pid IS NOT NULL OR x.gid IS NOT NULL)
            ORDER BY coalesce(x.prepared, a.xact_start) LIMIT 1
            """
                .formatted(mode.harmless, SqlQuote.literal(table)))
        .orElse("some transaction");
  }
}
