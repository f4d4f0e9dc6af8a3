package dev.drover.agent.recovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a resolver does in each of its rounds.
 *
 * <pre>
 * take the resolvers' lock, or leave it to who has it
 * list what is prepared on every node
 * ask the GTM who lives                   (in this order: see CoordinatorLiveness)
 * for every dead life: fence it on every node, evict its backends
 * for every prepared transaction of a dead life: finish it, as far as nodes are fenced
 * the same for what clients prepare, but for what waits for a client's decision
 * report lives that are fenced on every node and have nothing prepared left
 * delete commit records of which nothing is prepared any more
 * </pre>
 *
 * <p>Threads: confined to the resolver's thread.
 */
public final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
  private static final Duration EVICTION_LIMIT = Duration.ofSeconds(2);
  private static final Duration EVICTION_POLL = Duration.ofMillis(5);
  private static final int RECORDS_PER_BATCH = 10_000;
  private static final int SWEEPS_BETWEEN_CLEANUPS = 60;

  /** The advisory lock of resolvers, "drover" in ASCII. */
  static final long LOCK_KEY = 0x64726f766572L;

  private final NodeSessions sessions;
  private final CoordinatorLiveness liveness;
  private final SweepClock clock;
  private final InDoubtTransactions inDoubt;
  private final UserTransactions userTransactions;
  private final InDoubtWatch watch;
  private int inDoubtCount;
  private long rounds;

  public Sweep(NodeSessions sessions, CoordinatorLiveness liveness, SweepClock clock) {
    this.sessions = sessions;
    this.liveness = liveness;
    this.clock = clock;
    this.inDoubt = new InDoubtTransactions(sessions);
    this.userTransactions = new UserTransactions(sessions);
    this.watch = new InDoubtWatch(sessions);
  }

  /** How many transactions it looked at; empty if another resolver is at work. */
  public OptionalInt inTurn() {
    long round = rounds;
    rounds++;
    boolean isOurTurn =
        sessions.tryAt(NodeEndpoint.CATALOG, session -> session.tryLock(LOCK_KEY)).orElse(false);
    if (!isOurTurn) {
      return OptionalInt.empty();
    }
    sessions.refresh();
    int finished = run();
    if (round % SWEEPS_BETWEEN_CLEANUPS == 0) {
      forgetEndedSessions();
    }
    return OptionalInt.of(finished);
  }

  /** Returns how many transactions it looked at. */
  int run() {
    Map<Integer, List<Long>> recorded = recordsPerNode();
    Prepared prepared = listPrepared();
    UserTransactions.Found ofUsers = userTransactions.list();
    CoordinatorLiveness.Answer answer = liveness.ask();
    if (!answer.isSettled()) {
      show(prepared, answer);
      return 0;
    }
    Set<CoordinatorLife> dead = new HashSet<>(answer.unfenced());
    prepared.transactions().stream()
        .map(GlobalTransaction::coordinator)
        .filter(answer::isDead)
        .forEach(dead::add);
    ofUsers.responsible().stream().filter(answer::isDead).forEach(dead::add);
    Map<Integer, Long> lastEpochs = lastEpochs(dead);
    Map<Integer, Set<Integer>> fencedNodes = new HashMap<>();
    lastEpochs.forEach((id, epoch) -> fencedNodes.put(id, fence(new CoordinatorLife(id, epoch))));
    int finished = finishAll(fencedNodes, lastEpochs);
    userTransactions.finish(
        life ->
            lastEpochs.containsKey(life.id())
                && life.epoch() <= lastEpochs.get(life.id())
                && fencedNodes.get(life.id()).contains(NodeEndpoint.CATALOG));
    report(lastEpochs, fencedNodes);
    show(prepared, answer);
    if (prepared.isComplete()) {
      forgetResolutions(prepared.transactions());
      deleteRecords(recorded, prepared.transactions());
    }
    return finished;
  }

  /** How many transactions the latest run showed as being in doubt. */
  int inDoubt() {
    return inDoubtCount;
  }

  /** Backends that have ended stay registered until somebody forgets them. */
  private void forgetEndedSessions() {
    for (int node : sessions.nodes()) {
      sessions.tryAt(
          node,
          session -> {
            session.forgetEndedSessions();
            return node;
          });
    }
  }

  /** What is prepared on the nodes that can be asked, and whether those are all nodes. */
  private record Prepared(Map<GlobalTransaction, Duration> ages, boolean isComplete) {
    Set<GlobalTransaction> transactions() {
      return ages.keySet();
    }
  }

  private Prepared listPrepared() {
    Map<GlobalTransaction, Duration> ages = new TreeMap<>();
    boolean isComplete = true;
    for (int node : sessions.nodes()) {
      Optional<Map<GlobalTransaction, Duration>> found =
          sessions.tryAt(node, NodeSession::preparedTransactions);
      found.ifPresent(here -> here.forEach((t, age) -> ages.merge(t, age, Sweep::longer)));
      isComplete &= found.isPresent();
    }
    return new Prepared(ages, isComplete);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  /** What has become of those that were in doubt for some time when the sweep began. */
  private void show(Prepared prepared, CoordinatorLiveness.Answer answer) {
    Set<Integer> nodes = Set.copyOf(sessions.nodes());
    List<InDoubt> seen = new ArrayList<>();
    prepared
        .ages()
        .forEach(
            (transaction, age) -> {
              if (InDoubtWatch.concerns(age)) {
                boolean lives = !answer.isDead(transaction.coordinator());
                seen.add(new InDoubt(transaction, age, lives, inDoubt.states(transaction, nodes)));
              }
            });
    seen.removeIf(doubt -> !doubt.states().containsValue(ParticipantState.PREPARED));
    inDoubtCount = seen.size();
    watch.show(seen);
  }

  /** Fencing an epoch fences the earlier ones of that coordinator with it. */
  private static Map<Integer, Long> lastEpochs(Set<CoordinatorLife> dead) {
    Map<Integer, Long> last = new TreeMap<>();
    dead.stream()
        .sorted(Comparator.comparingLong(CoordinatorLife::epoch))
        .forEach(life -> last.put(life.id(), life.epoch()));
    return last;
  }

  /** Returns the nodes where this life can do nothing any more. */
  private Set<Integer> fence(CoordinatorLife life) {
    Set<Integer> fenced = new HashSet<>();
    for (int node : sessions.nodes()) {
      sessions.tryAt(
          node,
          session -> {
            session.fence(life);
            return session.hasEvicted(life);
          });
    }
    long deadline = clock.nanoTime() + EVICTION_LIMIT.toNanos();
    for (int node : sessions.nodes()) {
      if (isEmptied(node, life, deadline)) {
        fenced.add(node);
      }
    }
    LOG.debug("event=fenced coordinator={} epoch={} nodes={}", life.id(), life.epoch(), fenced);
    return fenced;
  }

  /** A server that was down meanwhile may have forgotten nothing: fence rows are durable. */
  private boolean isEmptied(int node, CoordinatorLife life, long deadlineNanos) {
    if (!sessions.isConnected(node)) {
      return false;
    }
    do {
      Optional<Boolean> isEmpty = sessions.tryAt(node, session -> session.hasEvicted(life));
      if (isEmpty.isEmpty()) {
        return false;
      }
      if (isEmpty.get()) {
        return true;
      }
      clock.pause(EVICTION_POLL);
    } while (clock.nanoTime() < deadlineNanos);
    LOG.warn("event=eviction_incomplete node={} coordinator={}", node, life.id());
    return false;
  }

  /** Listed again, since the dead may have prepared more before they were evicted. */
  private int finishAll(Map<Integer, Set<Integer>> fencedNodes, Map<Integer, Long> lastEpochs) {
    if (fencedNodes.isEmpty()) {
      return 0;
    }
    int count = 0;
    for (GlobalTransaction transaction : listPrepared().transactions()) {
      CoordinatorLife life = transaction.coordinator();
      if (!lastEpochs.containsKey(life.id()) || life.epoch() > lastEpochs.get(life.id())) {
        continue;
      }
      inDoubt.finish(transaction, fencedNodes.get(life.id()));
      count++;
    }
    return count;
  }

  private void report(Map<Integer, Long> lastEpochs, Map<Integer, Set<Integer>> fencedNodes) {
    if (lastEpochs.isEmpty()) {
      return;
    }
    Prepared left = listPrepared();
    UserTransactions.Found leftOfUsers = userTransactions.list();
    Set<CoordinatorLife> haveLeft = new HashSet<>(leftOfUsers.responsible());
    left.transactions().stream().map(GlobalTransaction::coordinator).forEach(haveLeft::add);
    boolean isComplete = left.isComplete() && leftOfUsers.isComplete();
    lastEpochs.forEach(
        (id, epoch) -> {
          boolean isFencedEverywhere = fencedNodes.get(id).containsAll(sessions.nodes());
          boolean hasLeft =
              haveLeft.stream().anyMatch(life -> life.id() == id && life.epoch() <= epoch);
          if (isFencedEverywhere && isComplete && !hasLeft) {
            LOG.info("event=shut_out coordinator={} epoch={}", id, epoch);
            liveness.fenced(new CoordinatorLife(id, epoch));
          }
        });
  }

  private Map<Integer, List<Long>> recordsPerNode() {
    Map<Integer, List<Long>> recorded = new HashMap<>();
    for (int node : sessions.nodes()) {
      sessions
          .tryAt(node, session -> session.recordedGxids(RECORDS_PER_BATCH))
          .filter(gxids -> !gxids.isEmpty())
          .ifPresent(gxids -> recorded.put(node, gxids));
    }
    return recorded;
  }

  private void forgetResolutions(Set<GlobalTransaction> prepared) {
    List<Long> gxids = prepared.stream().map(GlobalTransaction::gxid).toList();
    sessions.tryAt(
        NodeEndpoint.CATALOG,
        session -> {
          session.keepResolutions(gxids);
          return true;
        });
  }

  /**
   * A record that was visible before the prepared transactions of all nodes were listed, and whose
   * transaction is not among them, has none left that could ask for it: a part commits only after
   * all parts are prepared.
   */
  private void deleteRecords(Map<Integer, List<Long>> recorded, Set<GlobalTransaction> prepared) {
    Set<Long> needed = new HashSet<>();
    prepared.forEach(transaction -> needed.add(transaction.gxid()));
    recorded.forEach(
        (node, gxids) -> {
          List<Long> useless = new ArrayList<>(gxids);
          useless.removeAll(needed);
          if (!useless.isEmpty()) {
            sessions.tryAt(
                node,
                session -> {
                  session.deleteRecords(useless);
                  return useless.size();
                });
          }
        });
  }
}
