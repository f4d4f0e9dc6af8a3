package dev.drover.redistribute.move;

import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.ClusterChange.Outcome;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.Failures;
import dev.drover.redistribute.job.JobCancelled;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobFailed;
import dev.drover.redistribute.job.JobLost;
import dev.drover.redistribute.job.Pauses;
import dev.drover.redistribute.move.MoveMachine.Event;
import dev.drover.redistribute.move.MoveMachine.State;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one move out: writes each state down, does its work, and asks {@link MoveMachine} what
 * follows.
 *
 * <p>Threads: confined to the move's thread; blocks.
 */
final class SlotMover {
  private static final Logger LOG = LoggerFactory.getLogger(SlotMover.class);
  private static final int FIRST_LOCK_MILLIS = 50;
  private static final int LONGEST_LOCK_MILLIS = 200;

  /** After that, all is to be ready on source and target before others are told. */
  private static final int BOLD_CUTOVERS = 5;

  /** So many attempts are made before others have to wait for longer than that. */
  private static final int EAGER_CUTOVERS = 20;

  /**
   * Less than servers' {@code deadlock_timeout}: clients are no victims of a circle with a move.
   */
  private static final int PATIENT_LOCK_MILLIS = 800;

  private static final int MAX_CUTOVERS = 60;

  /** They cost others nothing: the move notices them at once and lets go. */
  private static final int MAX_DEADLOCKS = 600;

  /** What has come since the last attempt does not wait for the next one. */
  private static final Duration ROUND = Duration.ofSeconds(5);

  private static final String DEADLOCK = "40P01";
  private static final long SHORTEST_PAUSE_NANOS = 50_000_000;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;
  private static final long NANOS_PER_MICRO = 1000;

  /** The source has told so, perhaps before the catalog does. */
  private static final String CHANGED = "55006";

  private final Servers servers;
  private final ClusterChange cluster;
  private final JobControl control;
  private final Move move;
  private final MoveTurns turns;
  private final Pauses pauses;
  private Optional<ReplicationSlot.Exported> exported = Optional.empty();
  private String reason = "";
  private int deadlocks;

  SlotMover(
      Servers servers, ClusterChange cluster, JobControl control, Move move, MoveTurns turns) {
    this.servers = servers;
    this.cluster = cluster;
    this.control = control;
    this.move = move;
    this.turns = turns;
    this.pauses = new Pauses(control);
  }

  /**
   * Until the move is over.
   *
   * @throws JobFailed if the source is still the owner
   * @throws JobCancelled if that is what was wanted
   */
  void run(State stored) throws SQLException {
    reason = MoveStore.message(control.catalog(), move.id());
    State state = stored.phase().isOver() ? stored : carryOut(stored);
    if (state.phase() != MovePhase.FAILED) {
      return;
    }
    if (control.isCancelled()) {
      throw new JobCancelled();
    }
    throw new JobFailed(reason);
  }

  private State carryOut(State stored) throws SQLException {
    State state =
        stored.phase() == MovePhase.PLANNED ? stored : MoveMachine.on(stored, new Event.TakenUp());
    while (!state.phase().isOver()) {
      state = entered(state);
      LOG.info("event=move_phase move={} phase={} slot={}", move.id(), state.phase(), move.slot());
      State next = MoveMachine.on(state, attempt(state));
      if (next.equals(state)) {
        pauses.again(reason, isUndone(state.phase()));
      } else {
        pauses.over();
      }
      state = next;
    }
    MoveStore.enter(control.catalog(), move.id(), state);
    control.counts().moveOver(state.phase() == MovePhase.DONE);
    LOG.info("event=move_over move={} phase={}", move.id(), state.phase());
    return state;
  }

  /** What stands in the record now. */
  private State entered(State state) throws SQLException {
    return MoveStore.enter(control.catalog(), move.id(), state)
        ? state
        : new State(MovePhase.DECIDED, state.restarts());
  }

  private Event attempt(State state) throws SQLException {
    try {
      if (isUndone(state.phase())) {
        control.keep();
      } else {
        control.proceed();
      }
      return work(state.phase());
    } catch (JobCancelled e) {
      say("the job was cancelled");
      return new Event.Cancelled();
    } catch (JobFailed e) {
      say(e.getMessage());
      return new Event.Refused();
    } catch (SlotCutover.Outdated e) {
      say("the tables were changed meanwhile");
      return new Event.Outdated();
    } catch (JobLost e) {
      throw e;
    } catch (RuntimeException e) {
      control.keep();
      LOG.error("event=move_defect move={} phase={}", move.id(), state.phase(), e);
      say("internal error: " + e);
      return new Event.Refused();
    } catch (SQLException e) {
      control.keep();
      say(Failures.message(e));
      return afterError(state.phase(), e);
    }
  }

  /** What was changed or dropped meanwhile explains most errors that do not pass. */
  private Event afterError(MovePhase phase, SQLException e) throws SQLException {
    if (Failures.mayPass(e)) {
      return new Event.Broken();
    }
    boolean copies = phase != MovePhase.PLANNED && !isUndone(phase);
    String copied = MoveStore.fingerprint(control.catalog(), move.id());
    boolean isOutdated =
        copies
            && (CHANGED.equals(e.getSQLState())
                || !copied.equals(MovedTables.read(control.catalog(), move).fingerprint()));
    return isOutdated ? new Event.Outdated() : new Event.Refused();
  }

  private void say(String why) throws SQLException {
    reason = why;
    LOG.warn("event=move_hindered move={} reason={}", move.id(), why);
    MoveStore.say(control.catalog(), move.id(), why);
  }

  private static boolean isUndone(MovePhase phase) {
    return switch (phase) {
      case DECIDED, RESTARTING, ROLLING_BACK, DONE, FAILED -> true;
      case PLANNED, SLOT, COPY, INDEX, CATCHUP, CUTOVER -> false;
    };
  }

  private Event work(MovePhase phase) throws SQLException {
    MovedTables tables = MovedTables.read(control.catalog(), move);
    switch (phase) {
      case PLANNED -> check(tables);
      case SLOT -> begin(tables);
      case COPY -> copy(tables);
      case INDEX -> build(current(tables));
      case CATCHUP -> follow(current(tables));
      case CUTOVER -> cutOver(current(tables));
      case DECIDED -> tidy();
      case RESTARTING, ROLLING_BACK -> undo(tables);
      case DONE, FAILED -> throw new IllegalStateException("work in " + phase);
    }
    return new Event.Finished();
  }

  /** What was copied must be what is indexed, followed and attached. */
  private MovedTables current(MovedTables tables) throws SQLException {
    if (!MoveStore.fingerprint(control.catalog(), move.id()).equals(tables.fingerprint())) {
      throw new SlotCutover.Outdated();
    }
    return tables;
  }

  private void check(MovedTables tables) throws SQLException {
    MoveStore.checkPlan(control.catalog(), move);
    for (MovedTable table : tables.tables()) {
      if (table.obstacle().isPresent()) {
        throw new JobFailed("table %s %s".formatted(table.parent(), table.obstacle().get()));
      }
    }
  }

  private void begin(MovedTables tables) throws SQLException {
    try (Link source = link(move.source());
        Link target = link(move.target())) {
      TargetSide.endOthers(source, move.id());
      TargetSide.endOthers(target, move.id());
      TargetSide to = new TargetSide(move.id(), target);
      SourceSide from = new SourceSide(move.id(), source);
      to.drop();
      from.clear();
      from.dropTrash();
      MoveStore.fingerprint(control.catalog(), move.id(), tables.fingerprint());
      from.publish(tables.tables(), Locking.toBegin(source, control, move.source()));
      exported =
          Optional.of(from.slot().create(servers, move.source(), move.id().application(), control));
      if (!from.keyless(tables.tables()).isEmpty()) {
        from.copySlot();
      }
      to.create(move.slot(), tables.tables());
    }
  }

  private void copy(MovedTables tables) throws SQLException {
    try (ReplicationSlot.Exported snapshot = exported.orElseThrow();
        Link source = link(move.source());
        Link target = link(move.target())) {
      exported = Optional.empty();
      LeafCopy copy = new LeafCopy(move, control, turns::bytesPerSecond);
      TargetSide to = new TargetSide(move.id(), target);
      List<MovedTable> copied = current(tables).tables();
      turns.copy(() -> copy.run(copied, source, snapshot.snapshot(), to));
    }
  }

  private void build(MovedTables tables) throws SQLException {
    try (Link target = link(move.target())) {
      TargetSide.endOthers(target, move.id());
      TargetSide to = new TargetSide(move.id(), target);
      boolean isBuilt = !tables.tables().isEmpty();
      for (MovedTable table : tables.tables()) {
        isBuilt &= to.isBuilt(table);
      }
      if (!isBuilt) {
        turns.build(() -> to.build(move.slot(), tables));
      }
    }
  }

  private void follow(MovedTables tables) throws SQLException {
    try (Link source = link(move.source());
        Link target = link(move.target())) {
      SourceSide from = new SourceSide(move.id(), source);
      TargetSide to = new TargetSide(move.id(), target);
      if (!from.areSlotsWhole(tables.tables())) {
        throw new SlotCutover.Outdated();
      }
      to.subscribe(servers.conninfo(move.source()));
      LOG.debug("event=move_follows move={} tables={}", move.id(), tables.tables().size());
      try (LeafChanges changes = LeafChanges.open(servers, move, tables, source)) {
        new Markers(from, to, changes)
            .untilQuick(
                control,
                () -> {
                  MovedTables _ = current(MovedTables.read(control.catalog(), move));
                });
      }
    }
  }

  private void cutOver(MovedTables tables) throws SQLException {
    if (MoveStore.phase(control.catalog(), move.id()) == MovePhase.DECIDED) {
      return;
    }
    try (Link source = link(move.source());
        Link target = link(move.target());
        LeafChanges changes = LeafChanges.open(servers, move, tables, source)) {
      Markers markers =
          new Markers(
              new SourceSide(move.id(), source), new TargetSide(move.id(), target), changes);
      int lockMillis = FIRST_LOCK_MILLIS;
      int i = 0;
      while (i < MAX_CUTOVERS && deadlocks < MAX_DEADLOCKS) {
        int before = deadlocks;
        control.proceed();
        boolean _ = changes.arrive(ROUND);
        if (switched(tables, markers, new SlotCutover.Attempt(lockMillis, i < BOLD_CUTOVERS))) {
          return;
        }
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(pauseNanos(i)));
        int longest = i < EAGER_CUTOVERS ? LONGEST_LOCK_MILLIS : PATIENT_LOCK_MILLIS;
        lockMillis = Math.min(longest, lockMillis * 2);
        i += deadlocks == before ? 1 : 0;
      }
    }
    throw new JobFailed("the slot is in use by transactions that do not end: " + reason);
  }

  /** Longer from time to time. */
  private static long pauseNanos(int attempt) {
    return Math.min(LONGEST_PAUSE_NANOS, SHORTEST_PAUSE_NANOS << Math.min(attempt, 5));
  }

  /** One try; false when it may succeed later. */
  private boolean switched(MovedTables tables, Markers markers, SlotCutover.Attempt attempt)
      throws SQLException {
    SlotCutover cutover = new SlotCutover(cluster, control.job(), move, tables);
    Optional<Outcome> outcome;
    try {
      SlotCutover.Drain drain = attempt.isBold() ? markers::arrivesSoon : markers::arrivesInTime;
      outcome = Optional.of(turns.cut(() -> cutover.run(attempt, drain)));
    } catch (SlotCutover.TooSlow e) {
      reason = "the target does not keep up with the changes";
      outcome = Optional.empty();
    }
    long micros =
        cutover.lockedAt() == 0 ? 0 : (System.nanoTime() - cutover.lockedAt()) / NANOS_PER_MICRO;
    MovePhase phase = MoveStore.phase(control.catalog(), move.id());
    MoveStore.blocked(control.catalog(), move.id(), micros);
    control.counts().blocked(micros);
    LOG.info(
        "event=move_cutover move={} outcome={} blocked_us={}{}",
        move.id(),
        outcome.map(Object::toString).orElse("too slow"),
        micros,
        cutover.steps());
    if (phase == MovePhase.DECIDED) {
      return true;
    }
    if (outcome.isPresent() && outcome.get() instanceof Outcome.RolledBack refused) {
      reason = refused.message();
      deadlocks += DEADLOCK.equals(refused.sqlState()) ? 1 : 0;
      if (!refused.mayPass()) {
        throw new SQLException(reason, refused.sqlState());
      }
    }
    return false;
  }

  /** No table: the target's part of the cutover may be prepared still. */
  private void tidy() throws SQLException {
    try (Link source = link(move.source())) {
      try (Link target = link(move.target())) {
        new TargetSide(move.id(), target).forget();
      } finally {
        new SourceSide(move.id(), source).clear();
      }
    }
  }

  /** The source's slots keep its log: they do not wait for a target that cannot be reached. */
  private void undo(MovedTables tables) throws SQLException {
    dropSnapshot();
    try (Link source = link(move.source())) {
      TargetSide.endOthers(source, move.id());
      try (Link target = link(move.target())) {
        TargetSide.endOthers(target, move.id());
        new TargetSide(move.id(), target).drop();
      } finally {
        undoAtSource(new SourceSide(move.id(), source), source, tables);
      }
    }
  }

  private void undoAtSource(SourceSide from, Link source, MovedTables tables) throws SQLException {
    from.clear();
    from.dropTrash();
    from.resetIdentity(tables.tables(), Locking.toUndo(source, control, move.source()));
  }

  private void dropSnapshot() throws SQLException {
    if (exported.isPresent()) {
      exported.get().close();
      exported = Optional.empty();
    }
  }

  private Link link(int node) throws SQLException {
    return new Link(servers.connect(node, move.id().application()));
  }
}
