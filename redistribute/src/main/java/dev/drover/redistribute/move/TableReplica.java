package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.copy.TableStream;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobFailed;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the rows of a replicated table to a further node while they are written, by the means of a
 * move: those of a snapshot, then a subscription, then the last changes while writers wait.
 *
 * <p>What it makes has the job's name, and one table follows another. Whoever takes the job up
 * begins anew; what a job leaves that has ended {@link MoveSweep} takes away.
 *
 * <p>Threads: confined to the job's thread; blocks.
 */
public final class TableReplica {
  private static final Logger LOG = LoggerFactory.getLogger(TableReplica.class);
  private static final int MAX_CUTOVERS = 60;
  private static final long NANOS_PER_MICRO = 1000;
  private static final long LOOK_NANOS = 200_000_000;

  private final Servers servers;
  private final JobControl control;
  private final MoveId id;
  private final String table;
  private final int source;
  private final int target;
  private long looked = System.nanoTime() - LOOK_NANOS;

  /** {@code table} is qualified and quoted; {@code source} is the node that is written first. */
  public TableReplica(Servers servers, JobControl control, String table, int source, int target) {
    this.servers = requireNonNull(servers);
    this.control = requireNonNull(control);
    this.id = MoveId.ofTables(control.job().id());
    this.table = requireNonNull(table);
    this.source = source;
    this.target = target;
  }

  /** The transaction that makes the target one of the table's nodes. */
  public interface Cutover {
    /** Commits it; {@code last} is called in it when no writer is left at the source. */
    void run(Last last) throws SQLException;
  }

  /** The last changes. */
  public interface Last {
    /**
     * Returns when the target has them; later ones, which reach it by themselves, do not follow.
     */
    void follow(ClusterChange.Parts parts) throws SQLException;
  }

  /**
   * Whether the rows of a locked table on the target are nobody's, as an SQL condition: a cutover
   * that was in doubt may have been committed meanwhile.
   */
  public static String isGuarded(String table) {
    return """
    EXISTS (SELECT FROM pg_catalog.pg_trigger \
    WHERE tgname = 'drover_guard' AND tgrelid = %s::regclass)\
    """
        .formatted(SqlQuote.literal(table));
  }

  /** Whether changes of the table's rows can be followed. */
  public boolean isPossible() throws SQLException {
    try (Link from = link(source)) {
      return isFollowed(from);
    }
  }

  private boolean isFollowed(Link from) throws SQLException {
    return from.is(
        """
        SELECT drover.has_identity(oid) AND relpersistence = 'p' FROM pg_class \
        WHERE oid = %s::regclass\
        """
            .formatted(SqlQuote.literal(table)));
  }

  /** Returns when the cutover is committed; otherwise the target may have rows. */
  public void run(Cutover cutover) throws SQLException {
    clear();
    try {
      copy();
      follow(cutover);
    } catch (SlotCutover.Outdated e) {
      throw new SQLException("the replication slot of %s is gone".formatted(table), "40001", e);
    } finally {
      // Whoever has taken the job up would lose what is his.
      control.keep();
      clear();
    }
  }

  /** Takes everything away but rows. */
  private void clear() throws SQLException {
    try (Link from = link(source)) {
      TargetSide.endOthers(from, id);
      try (Link to = link(target)) {
        TargetSide.endOthers(to, id);
        new TargetSide(id, to).forget();
      } finally {
        new SourceSide(id, from).clear();
      }
    }
  }

  private void copy() throws SQLException {
    LOG.info("event=table_copy job={} table={} phase=copy", control.job().id(), table);
    try (Link from = link(source);
        Link to = link(target)) {
      SourceSide side = new SourceSide(id, from);
      side.publishMarker("insert, update, delete, truncate");
      Locking.toBegin(from, control, source)
          .run(table, Locking.Mode.CHANGING_THE_TABLE, () -> publish(side, from));
      try (ReplicationSlot.Exported exported =
          side.slot().create(servers, source, id.application(), control)) {
        from.transaction(
            () -> {
              from.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
              from.run("SET TRANSACTION SNAPSHOT " + SqlQuote.literal(exported.snapshot()));
              to.transaction(() -> copyBesideOthers(from, to));
            });
      }
    }
  }

  private void publish(SourceSide side, Link from) throws SQLException {
    if (!isFollowed(from)) {
      throw changed();
    }
    side.publish(table);
  }

  private SQLException changed() {
    return new SQLException("table %s was changed meanwhile".formatted(table), "40001");
  }

  private void copyBesideOthers(Link from, Link to) throws SQLException {
    try (Waiters atSource = Waiters.behind(from, link(source));
        Waiters atTarget = Waiters.behind(to, link(target))) {
      copy(from, to, () -> proceed(atSource, atTarget));
    }
  }

  /** Looks now and then; nobody waits for the table while the job is paused, either. */
  private void proceed(Waiters atSource, Waiters atTarget) throws SQLException {
    if (System.nanoTime() - looked < LOOK_NANOS) {
      return;
    }
    looked = System.nanoTime();
    atSource.letNobodyWait();
    atTarget.letNobodyWait();
    while (!control.isWanted() && !control.isCancelled()) {
      LockSupport.parkNanos(LOOK_NANOS);
      atSource.letNobodyWait();
      atTarget.letNobodyWait();
    }
    control.proceed();
  }

  private void copy(Link from, Link to, Throttle.Renewal proceed) throws SQLException {
    Throttle throttle = new Throttle(control::bytesPerSecond, proceed);
    proceed.run();
    to.run("LOCK TABLE ONLY %s IN ROW EXCLUSIVE MODE".formatted(table));
    if (!to.is("SELECT " + isGuarded(table))) {
      throw changed();
    }
    // Triggers that keep users' rows away do not concern it.
    to.run("SET LOCAL session_replication_role = replica");
    to.run("DELETE FROM ONLY " + table);
    long rows =
        TableStream.of(from.connection(), table)
            .run(
                from.connection(),
                table,
                to.connection(),
                table,
                bytes -> {
                  control.counts().copied(bytes, 0);
                  throttle.passed(bytes);
                  proceed.run();
                });
    control.counts().copied(0, rows);
  }

  private void follow(Cutover cutover) throws SQLException {
    LOG.info("event=table_copy job={} table={} phase=catchup", control.job().id(), table);
    try (Link from = link(source);
        Link to = link(target)) {
      SourceSide sourceSide = new SourceSide(id, from);
      TargetSide targetSide = new TargetSide(id, to);
      targetSide.subscribe(servers.conninfo(source));
      Markers markers = new Markers(sourceSide, targetSide, LeafChanges.none());
      for (int i = 0; i < MAX_CUTOVERS; i++) {
        markers.untilQuick(control, () -> {});
        if (isSwitched(cutover, markers)) {
          return;
        }
      }
    }
    throw new JobFailed("the new copy of %s does not keep up with its changes".formatted(table));
  }

  private boolean isSwitched(Cutover cutover, Markers markers) throws SQLException {
    AtomicLong locked = new AtomicLong();
    try {
      cutover.run(
          parts -> {
            locked.set(System.nanoTime());
            last(parts, markers);
          });
      long micros = (System.nanoTime() - locked.get()) / NANOS_PER_MICRO;
      control.counts().blocked(micros);
      LOG.info(
          "event=table_copy job={} table={} phase=done blocked_us={}",
          control.job().id(),
          table,
          micros);
      return true;
    } catch (SlotCutover.TooSlow e) {
      return false;
    }
  }

  private void last(ClusterChange.Parts parts, Markers markers) throws SQLException {
    if (parts.on(source, isPublished()).isEmpty()) {
      throw changed();
    }
    if (!markers.arrivesInTime()) {
      throw new SlotCutover.TooSlow();
    }
    parts.on(source, "ALTER PUBLICATION %s DROP TABLE ONLY %s".formatted(id.objectName(), table));
  }

  /** Whoever takes what tells rows apart from the table takes it out. */
  private String isPublished() {
    return """
    SELECT FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid \
    WHERE p.pubname = '%s' AND r.prrelid = %s::regclass\
    """
        .formatted(id.objectName(), SqlQuote.literal(table));
  }

  private Link link(int node) throws SQLException {
    return new Link(servers.connect(node, id.application()));
  }
}
