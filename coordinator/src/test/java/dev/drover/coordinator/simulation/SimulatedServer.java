package dev.drover.coordinator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.agent.recovery.CoordinatorLife;
import dev.drover.agent.recovery.GlobalTransaction;
import dev.drover.agent.recovery.Participant;
import dev.drover.agent.recovery.ParticipantState;
import dev.drover.coordinator.simulation.SimulatedWrite.Part;
import dev.drover.coordinator.txn.TwoPhaseRun.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A PostgreSQL server as far as commits and recovery know it: backends, prepared transactions,
 * commit records and fences. It crashes, and keeps what was flushed.
 */
final class SimulatedServer {
  private static final long UNFLUSHED = 600 * Simulation.MILLIS;
  private static final long SLOW_END = 200 * Simulation.MILLIS;
  private static final long STUCK = 3 * Simulation.SECONDS;

  private final Simulation simulation;
  private final int node;
  private final Map<String, Prepared> prepared = new TreeMap<>();
  private final Map<RecordKey, CommitRecord> records = new TreeMap<>();
  private final Map<Integer, Long> minEpochs = new HashMap<>();
  private final Map<Integer, SimulatedBackend> backends = new TreeMap<>();
  private final List<Deletion> unflushed = new ArrayList<>();
  private Optional<SimulatedSession> lockHolder = Optional.empty();
  private boolean isUp = true;
  private long life;

  private record Prepared(GlobalTransaction transaction, Part part, long at) {}

  private record RecordKey(long gxid, boolean isMetadata) implements Comparable<RecordKey> {
    static RecordKey of(GlobalTransaction transaction, Participant participant) {
      return new RecordKey(transaction.gxid(), participant.isMetadata());
    }

    @Override
    public int compareTo(RecordKey other) {
      int byGxid = Long.compare(gxid, other.gxid);
      return byGxid != 0 ? byGxid : Boolean.compare(isMetadata, other.isMetadata);
    }
  }

  /** Of a part that has committed; a tombstone is of none. */
  private record CommitRecord(Optional<Part> of) {}

  private record Deletion(RecordKey key, CommitRecord deleted, long at) {}

  SimulatedServer(Simulation simulation, int node) {
    this.simulation = simulation;
    this.node = node;
  }

  int node() {
    return node;
  }

  boolean isUp() {
    return isUp;
  }

  /** What was connected to an earlier life is not any more. */
  long life() {
    return life;
  }

  /** Deletions of commit records are not waited for. */
  void crash(long downtime) {
    if (!isUp) {
      return;
    }
    isUp = false;
    life++;
    lockHolder = Optional.empty();
    List.copyOf(backends.values()).forEach(SimulatedBackend::end);
    for (Deletion deletion : unflushed) {
      boolean isRecent = simulation.now() - deletion.at < UNFLUSHED;
      if (isRecent && simulation.random.nextBoolean()) {
        records.putIfAbsent(deletion.key, deletion.deleted);
      }
    }
    unflushed.clear();
    simulation.after(downtime, this::restart);
  }

  void restart() {
    isUp = true;
  }

  /** Registers a backend, unless its life is shut out. */
  boolean hello(SimulatedBackend backend) {
    boolean isWelcome = isUp && backend.life().epoch() >= minEpoch(backend.life().id());
    if (isWelcome) {
      backends.put(backend.pid(), backend);
    }
    return isWelcome;
  }

  private long minEpoch(int coordinator) {
    return minEpochs.getOrDefault(coordinator, 0L);
  }

  void ended(SimulatedBackend backend) {
    backends.remove(backend.pid());
  }

  /** Returns whether it is gone; a process ends when it looks at its signals. */
  boolean terminate(int pid) {
    SimulatedBackend backend = backends.get(pid);
    if (backend == null) {
      return true;
    }
    long delay = simulation.strikes(10) ? SLOW_END : 3 * Simulation.MILLIS;
    simulation.after(simulation.upTo(simulation.strikes(40) ? STUCK : delay), backend::end);
    return false;
  }

  void fence(CoordinatorLife life) {
    minEpochs.merge(life.id(), life.epoch() + 1, Math::max);
  }

  boolean hasEvicted(CoordinatorLife life) {
    List<SimulatedBackend> left =
        backends.values().stream().filter(backend -> isThrough(life, backend.life())).toList();
    left.forEach(backend -> terminate(backend.pid()));
    return left.isEmpty();
  }

  private static boolean isThrough(CoordinatorLife last, CoordinatorLife life) {
    return life.id() == last.id() && life.epoch() <= last.epoch();
  }

  /** Nothing of this life or an earlier one can happen here any more, and nothing is left. */
  void requireClosedTo(CoordinatorLife life) {
    assertThat(minEpoch(life.id())).as("fence of %s at %s", life, node).isGreaterThan(life.epoch());
    assertThat(backends.values())
        .as("backends at %s", node)
        .noneMatch(backend -> isThrough(life, backend.life()));
    assertThat(prepared.values())
        .as("what is prepared at %s", node)
        .noneMatch(one -> isThrough(life, one.transaction.coordinator()));
  }

  /** The mark and PREPARE TRANSACTION. */
  Answer prepare(GlobalTransaction transaction, Part part) {
    boolean isTaken = records.containsKey(RecordKey.of(transaction, part.participant()));
    if (isTaken || part.isRefused()) {
      part.rollBack();
      return Answer.REFUSED;
    }
    part.prepare();
    String gid = transaction.gid(part.participant());
    prepared.put(gid, new Prepared(transaction, part, simulation.now()));
    return Answer.DONE;
  }

  /** The mark and COMMIT, in one phase. */
  Answer decide(GlobalTransaction transaction, Part part) {
    RecordKey key = RecordKey.of(transaction, part.participant());
    if (records.containsKey(key) || part.isRefused()) {
      part.rollBack();
      return Answer.REFUSED;
    }
    records.put(key, new CommitRecord(Optional.of(part)));
    part.visible(simulation.now());
    return Answer.DONE;
  }

  /** COMMIT PREPARED or ROLLBACK PREPARED; false if there is no such transaction. */
  boolean finish(String gid, boolean isCommit) {
    Prepared ended = prepared.remove(gid);
    if (ended == null) {
      return false;
    }
    if (isCommit) {
      RecordKey key = RecordKey.of(ended.transaction, ended.part.participant());
      records.put(key, new CommitRecord(Optional.of(ended.part)));
      ended.part.visible(simulation.now());
    } else {
      ended.part.rollBack();
    }
    return true;
  }

  boolean hasRecord(long gxid) {
    return records.containsKey(new RecordKey(gxid, false));
  }

  Map<GlobalTransaction, Duration> preparedTransactions() {
    Map<GlobalTransaction, Duration> found = new TreeMap<>();
    prepared
        .values()
        .forEach(one -> found.put(one.transaction, Duration.ofNanos(simulation.now() - one.at)));
    return found;
  }

  ParticipantState state(GlobalTransaction transaction, Participant participant) {
    if (prepared.containsKey(transaction.gid(participant))) {
      return ParticipantState.PREPARED;
    }
    CommitRecord found = records.get(RecordKey.of(transaction, participant));
    if (found == null) {
      return ParticipantState.ABSENT;
    }
    return found.of.isPresent() ? ParticipantState.COMMITTED : ParticipantState.EXCLUDED;
  }

  /** The record of a prepared part stands in its place, and is waited for in vain. */
  boolean putTombstone(GlobalTransaction transaction, Participant participant) {
    boolean isTaken = prepared.containsKey(transaction.gid(participant));
    CommitRecord tombstone = new CommitRecord(Optional.empty());
    return !isTaken
        && records.putIfAbsent(RecordKey.of(transaction, participant), tombstone) == null;
  }

  List<Long> recordedGxids(int limit) {
    return records.keySet().stream().map(RecordKey::gxid).distinct().limit(limit).toList();
  }

  void deleteRecords(List<Long> gxids) {
    for (long gxid : gxids) {
      delete(new RecordKey(gxid, false));
      delete(new RecordKey(gxid, true));
    }
    unflushed.removeIf(deletion -> simulation.now() - deletion.at >= UNFLUSHED);
  }

  private void delete(RecordKey key) {
    CommitRecord deleted = records.remove(key);
    if (deleted != null) {
      deleted.of.ifPresent(Part::recordGoes);
      unflushed.add(new Deletion(key, deleted, simulation.now()));
    }
  }

  /** Until the session ends. */
  boolean tryLock(SimulatedSession session) {
    if (lockHolder.filter(SimulatedSession::isAlive).isEmpty()) {
      lockHolder = Optional.of(session);
    }
    return lockHolder.equals(Optional.of(session));
  }

  /** When all is well for long enough, nothing is left of what has ended. */
  void requireEmpty() {
    assertThat(prepared).as("prepared transactions of server %s", node).isEmpty();
    assertThat(records).as("commit records of server %s", node).isEmpty();
  }
}
