package dev.drover.redistribute.rewrite;

import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.ClusterChange.Outcome;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobFailed;
import dev.drover.redistribute.job.JobId;
import dev.drover.redistribute.move.Link;
import dev.drover.redistribute.move.MovePhase;
import dev.drover.redistribute.rewrite.RewriteCutover.Patience;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of each phase of a rewrite. Each can be done again from its start.
 *
 * <p>Threads: confined to the job's thread; blocks.
 */
final class RewriteWork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RewriteWork.class);
  private static final int FIRST_LOCK_MILLIS = 50;
  private static final int LONGEST_LOCK_MILLIS = 200;

  /** So many attempts are made before others have to wait for longer than that, and may lose. */
  private static final int EAGER_CUTOVERS = 30;

  /** One that meets others who hold a part each counts as so many: the next ones may, too. */
  private static final int DEADLOCK_WEIGHT = 3;

  private static final String DEADLOCK = "40P01";
  private static final int PATIENT_LOCK_MILLIS = 1500;
  private static final int MAX_CUTOVERS = 100;
  private static final int MAX_BUILDS = 10;
  private static final int CATALOG = 0;
  private static final long SHORTEST_PAUSE_NANOS = 50_000_000;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;
  private static final long NANOS_PER_MICRO = 1000;
  private static final String UNIQUE_VIOLATION = "23505";

  private final Servers servers;
  private final ClusterChange cluster;
  private final JobControl control;
  private final JobId id;
  private final Rewrite rewrite;
  private final Flow flow;

  RewriteWork(Servers servers, ClusterChange cluster, JobControl control, Rewrite rewrite) {
    this.servers = servers;
    this.cluster = cluster;
    this.control = control;
    this.id = control.job().id();
    this.rewrite = rewrite;
    this.flow = new Flow(servers, control, rewrite);
  }

  /** Whether neither pause nor cancel stops the work of a phase. */
  static boolean isUndone(MovePhase phase) {
    return switch (phase) {
      case DECIDED, RESTARTING, ROLLING_BACK, DONE, FAILED -> true;
      case PLANNED, SLOT, COPY, INDEX, CATCHUP, CUTOVER -> false;
    };
  }

  void run(MovePhase phase) throws SQLException {
    switch (phase) {
      case PLANNED -> check(table());
      case SLOT -> begin(table());
      case COPY -> flow.copy(current());
      case INDEX -> build(current());
      case CATCHUP -> flow.untilShort(current());
      case CUTOVER -> cutOver();
      case DECIDED -> tidy();
      case RESTARTING, ROLLING_BACK -> undo();
      case DONE, FAILED -> throw new IllegalStateException("work in " + phase);
    }
  }

  private RewrittenTable table() throws SQLException {
    return RewrittenTable.read(control.catalog(), rewrite)
        .orElseThrow(() -> new JobFailed("the table was dropped meanwhile"));
  }

  /** Whether the table still is what was copied. */
  boolean isCurrent() throws SQLException {
    String copied = RewriteStore.fingerprint(control.catalog(), id);
    return RewrittenTable.read(control.catalog(), rewrite)
        .map(t -> t.fingerprint().equals(copied))
        .orElse(false);
  }

  private RewrittenTable current() throws SQLException {
    RewrittenTable table = table();
    if (!RewriteStore.fingerprint(control.catalog(), id).equals(table.fingerprint())) {
      throw new RewriteCutover.Outdated();
    }
    return table;
  }

  private static void check(RewrittenTable table) {
    if (table.obstacle().isPresent()) {
      throw new JobFailed("table %s %s".formatted(table.name(), table.obstacle().get()));
    }
  }

  private void begin(RewrittenTable table) throws SQLException {
    flow.close();
    removeAll(table.nodes());
    RewriteStore.fingerprint(control.catalog(), id, table.fingerprint());
    if (table.reshaped().isPresent()) {
      try (Link catalog = link(CATALOG)) {
        Reshaped.look(catalog, rewrite, table, control);
      }
    }
    RewrittenTable shaped = table();
    for (RewrittenTable.Source source : table.sources()) {
      try (Link link = link(source.node())) {
        SourceNode node = new SourceNode(rewrite, link);
        node.publish(source, control);
        flow.begin(
            source.node(),
            node.slot().create(servers, source.node(), rewrite.application(), control));
      }
    }
    for (int node : table.nodes()) {
      try (Link link = link(node)) {
        new TargetNode(rewrite, link).create(shaped);
      }
    }
  }

  /**
   * The snapshots of the sources are not of one moment: a row that went from one to another between
   * them may be there twice, until the changes have been brought over. Where the distribution
   * stays, none can.
   */
  private void build(RewrittenTable table) throws SQLException {
    for (int i = 1; ; i++) {
      control.proceed();
      try {
        buildAll(table);
        return;
      } catch (SQLException e) {
        boolean mayPass = UNIQUE_VIOLATION.equals(e.getSQLState()) && table.reshaped().isEmpty();
        if (!mayPass || i == MAX_BUILDS) {
          throw e;
        }
      }
      flow.untilShort(table);
    }
  }

  private void buildAll(RewrittenTable table) throws SQLException {
    for (int node : table.nodes()) {
      try (Link link = link(node)) {
        TargetNode target = new TargetNode(rewrite, link);
        if (!target.isBuilt()) {
          target.build(table);
          target.analyze(table);
        }
      }
    }
  }

  private void cutOver() throws SQLException {
    if (RewriteStore.phase(control.catalog(), id) == MovePhase.DECIDED) {
      return;
    }
    RewrittenTable table = current();
    Outcome.RolledBack refused = new Outcome.RolledBack("", "");
    int lockMillis = FIRST_LOCK_MILLIS;
    int spent = 0;
    for (int i = 0; i < MAX_CUTOVERS; i++) {
      control.proceed();
      flow.advance(table);
      Optional<Outcome.RolledBack> reason =
          switched(table, new Patience(lockMillis, spent >= EAGER_CUTOVERS));
      if (reason.isEmpty()) {
        return;
      }
      refused = reason.get();
      LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(pauseNanos(i)));
      spent += refused.sqlState().equals(DEADLOCK) ? DEADLOCK_WEIGHT : 1;
      int longest = spent < EAGER_CUTOVERS ? LONGEST_LOCK_MILLIS : PATIENT_LOCK_MILLIS;
      lockMillis = Math.min(longest, lockMillis * 2);
    }
    throw new JobFailed(
        "the table is in use by transactions that do not end: " + refused.message());
  }

  /** Longer from time to time. */
  private static long pauseNanos(int attempt) {
    return Math.min(LONGEST_PAUSE_NANOS, SHORTEST_PAUSE_NANOS << Math.min(attempt, 5));
  }

  /** One try; why not yet, if it may succeed later. */
  private Optional<Outcome.RolledBack> switched(RewrittenTable table, Patience patience)
      throws SQLException {
    RewriteCutover cutover = new RewriteCutover(cluster, control.job(), rewrite, table);
    Outcome outcome = cutover.run(patience, () -> flow.drain(table));
    long micros =
        cutover.lockedAt() == 0 ? 0 : (System.nanoTime() - cutover.lockedAt()) / NANOS_PER_MICRO;
    MovePhase phase = RewriteStore.phase(control.catalog(), id);
    RewriteStore.blocked(control.catalog(), id, micros);
    LOG.info("event=rewrite_cutover job={} outcome={} blocked_us={}", id, outcome, micros);
    if (phase == MovePhase.DECIDED) {
      return Optional.empty();
    }
    if (outcome instanceof Outcome.RolledBack refused) {
      if (!refused.mayPass()) {
        throw new SQLException(refused.message(), refused.sqlState());
      }
      return Optional.of(refused);
    }
    return Optional.of(new Outcome.RolledBack("", outcome.toString()));
  }

  /** A part of the cutover may be prepared still on a node: it is tried again later then. */
  private void tidy() throws SQLException {
    flow.close();
    Optional<RewrittenTable> table = RewrittenTable.read(control.catalog(), rewrite);
    if (table.isPresent()) {
      for (int node : table.get().nodes()) {
        try (Link link = link(node)) {
          new TargetNode(rewrite, link).finish(table.get());
        }
      }
    }
    removeAll(nodes());
  }

  private void undo() throws SQLException {
    flow.close();
    removeAll(nodes());
    Optional<RewrittenTable> table = RewrittenTable.read(control.catalog(), rewrite);
    if (table.isEmpty()) {
      return;
    }
    for (RewrittenTable.Source source : table.get().sources()) {
      try (Link link = link(source.node())) {
        new SourceNode(rewrite, link).restore(table.get(), source, control);
      }
    }
  }

  private List<Integer> nodes() throws SQLException {
    Connection catalog = control.catalog();
    return new Link(catalog)
        .column("SELECT id FROM drover.nodes WHERE id > 0 ORDER BY id").stream()
            .map(Integer::parseInt)
            .toList();
  }

  /** Also where another one cannot be reached: a replication slot keeps its node's log. */
  private void removeAll(List<Integer> nodes) throws SQLException {
    Optional<SQLException> failure = Optional.empty();
    for (int node : nodes) {
      try (Link link = link(node)) {
        SourceNode.endOthers(link, rewrite);
        SourceNode.clear(link, rewrite.objectName());
        TargetNode.drop(link, rewrite.schema());
        link.run("DELETE FROM drover.rewrite_progress WHERE job = " + rewrite.job());
      } catch (SQLException e) {
        failure = failure.or(() -> Optional.of(e));
      }
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  private Link link(int node) throws SQLException {
    return new Link(servers.connect(node, rewrite.application()));
  }

  @Override
  public void close() throws SQLException {
    flow.close();
  }
}
