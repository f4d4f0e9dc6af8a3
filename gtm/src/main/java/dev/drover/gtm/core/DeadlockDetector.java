package dev.drover.gtm.core;

import dev.drover.gtm.locks.LockWait;
import dev.drover.gtm.locks.NodePoll;
import dev.drover.gtm.protocol.Backend;
import dev.drover.gtm.protocol.GtmMessage.VictimChosen;
import dev.drover.gtm.protocol.GtmMessage.WaitMark;
import dev.drover.gtm.protocol.GtmMessage.WaitReport;
import dev.drover.gtm.protocol.NodeAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds transactions that wait for each other in a circle over several nodes.
 *
 * <p>While coordinators report overdue statements, the servers are asked at intervals which of
 * these wait and for whom. A knot counts only if all its waits, and the ownership of all its
 * backends, are proved for one and the same moment: the end of some poll. A wait is proved by being
 * in that poll or an earlier one and, unchanged, in a later one; an ownership by a report that
 * arrived before that poll ended and one that was put together after. Everything in a knot waits,
 * so it ends only by an abort: a knot that existed at that moment and of which nothing newer is
 * known still exists.
 *
 * <p>Invariant: at most {@link #MAX_PIDS_PER_NODE} backends of a node are asked about in one poll,
 * in turn.
 *
 * <p>Threads: confined to the owning {@link GtmCore}.
 */
final class DeadlockDetector {
  static final int MAX_PIDS_PER_NODE = 20;

  /** How many polls back a common moment is sought: enough for backends to be asked in turn. */
  private static final int MAX_ROUNDS_BACK = 64;

  private static final int ROUNDS_PER_BOOT_BITS = 32;
  private static final int MAX_NODES = 10_000;
  private static final long DYING_NANOS = 2_000_000_000;
  private static final long LEAVING_NANOS = 500_000_000;
  private static final long FAILED_NODE_NANOS = 2_000_000_000;

  private final long pollNanos;
  private final Outbox outbox;
  private final Links links;
  private final WaitReports reports = new WaitReports();
  private final LockEdges edges = new LockEdges();
  private final Map<String, NodeAddress> nodes = new HashMap<>();
  private final Map<String, Long> failedUntil = new HashMap<>();
  private final Map<String, Integer> turns = new HashMap<>();
  private final Map<TransactionKey, Dying> dying = new HashMap<>();

  private Optional<GtmEffect.PollLocks> outstanding = Optional.empty();
  private long victims;
  private long startedRound;
  private long lastRound;
  private Optional<Long> nextPollAt = Optional.empty();

  /** Polls of different lives of the GTM have different numbers, for marks outlive it. */
  DeadlockDetector(long pollNanos, long boot, Outbox outbox, Links links) {
    this.pollNanos = pollNanos;
    this.outbox = outbox;
    this.links = links;
    this.startedRound = boot << ROUNDS_PER_BOOT_BITS;
    this.lastRound = startedRound;
  }

  void report(Registration coordinator, WaitReport message, long now) {
    if (reports.accept(coordinator, message, new WaitReports.Heard(now, lastRound))) {
      dying.keySet().removeIf(key -> !reports.isReported(key));
      detect(now);
    }
  }

  void forget(int coordinatorId) {
    reports.forget(coordinatorId);
    dying.keySet().removeIf(key -> key.coordinatorId() == coordinatorId);
  }

  void useNodes(List<NodeAddress> addresses) {
    for (NodeAddress address : addresses) {
      if (nodes.size() < MAX_NODES || nodes.containsKey(address.node())) {
        nodes.put(address.node(), address);
      }
    }
  }

  void polled(GtmEvent.LocksPolled result, long now) {
    if (outstanding.filter(poll -> poll.round() == result.round()).isEmpty()) {
      return;
    }
    GtmEffect.PollLocks poll = outstanding.get();
    outstanding = Optional.empty();
    lastRound = result.round();
    Set<Backend> asked = new HashSet<>();
    for (NodePoll node : poll.polls()) {
      String name = node.node().node();
      if (result.failedNodes().contains(name)) {
        failedUntil.put(name, now + FAILED_NODE_NANOS);
      } else {
        node.pids().forEach(pid -> asked.add(new Backend(name, pid)));
      }
    }
    List<LockWait> waits =
        result.waits().stream().filter(wait -> asked.contains(wait.waiting())).toList();
    edges.polled(lastRound, asked, waits);
    edges.forgetBefore(lastRound - MAX_ROUNDS_BACK);
    for (int reporter : reports.reporters()) {
      links.sendToCoordinator(reporter, new WaitMark(lastRound));
    }
    dying.replaceAll((_, victim) -> victim.seen(edges, now));
    detect(now);
  }

  /** Starts a poll when it is time. */
  void advance(long now) {
    reports.expire(now);
    dying.values().removeIf(victim -> now - victim.until >= 0);
    failedUntil.values().removeIf(until -> now - until >= 0);
    Set<Backend> waiting = reports.waiting();
    edges.retain(waiting);
    boolean isTime = nextPollAt.map(at -> now - at >= 0).orElse(true);
    if (outstanding.isPresent() || !isTime) {
      return;
    }
    List<NodePoll> polls = polls(waiting);
    if (polls.isEmpty()) {
      return;
    }
    nextPollAt = Optional.of(now + pollNanos);
    startedRound++;
    outstanding = Optional.of(new GtmEffect.PollLocks(startedRound, polls));
    outbox.add(outstanding.get());
  }

  private List<NodePoll> polls(Set<Backend> waiting) {
    Map<String, NavigableSet<Integer>> pidsOf = new TreeMap<>();
    for (Backend backend : waiting) {
      if (nodes.containsKey(backend.node()) && !failedUntil.containsKey(backend.node())) {
        pidsOf.computeIfAbsent(backend.node(), _ -> new TreeSet<>()).add(backend.pid());
      }
    }
    turns.keySet().retainAll(pidsOf.keySet());
    List<NodePoll> polls = new ArrayList<>();
    pidsOf.forEach((node, pids) -> polls.add(new NodePoll(nodes.get(node), turn(node, pids))));
    return polls;
  }

  /** The next pids above those of the last turn, and from the lowest again. */
  private List<Integer> turn(String node, NavigableSet<Integer> pids) {
    if (pids.size() <= MAX_PIDS_PER_NODE) {
      return List.copyOf(pids);
    }
    int last = turns.getOrDefault(node, Integer.MIN_VALUE);
    List<Integer> chosen = new ArrayList<>(pids.tailSet(last, false));
    chosen.addAll(pids.headSet(last, true));
    List<Integer> turn = List.copyOf(chosen.subList(0, MAX_PIDS_PER_NODE));
    turns.put(node, turn.getLast());
    return turn;
  }

  private void detect(long now) {
    if (suspicions().victims().isEmpty()) {
      return;
    }
    for (long round = lastRound - 1; round >= lastRound - MAX_ROUNDS_BACK; round--) {
      for (WaitGraph.Victim victim : graphAfter(round).victims()) {
        choose(victim, now);
      }
    }
  }

  /** What would wait for what if every claim held at once: without a knot here there is none. */
  private WaitGraph suspicions() {
    WaitGraph graph = new WaitGraph();
    for (LockEdges.Edge edge : edges.confirmed()) {
      addClaims(graph, edge);
    }
    return graph;
  }

  private void addClaims(WaitGraph graph, LockEdges.Edge edge) {
    for (TransactionKey waiter : reports.claimants(edge.waiting())) {
      for (TransactionKey blocker : reports.claimants(edge.blocking())) {
        if (isAlive(waiter) && isAlive(blocker)) {
          graph.add(waiter, edge.waiting(), blocker);
        }
      }
    }
  }

  private WaitGraph graphAfter(long round) {
    WaitGraph graph = new WaitGraph();
    Map<Backend, TransactionKey> owners = reports.ownersAfter(round);
    for (LockEdges.Edge edge : edges.existingAfter(round)) {
      TransactionKey waiter = owners.get(edge.waiting());
      TransactionKey blocker = owners.get(edge.blocking());
      if (waiter != null && blocker != null && isAlive(waiter) && isAlive(blocker)) {
        graph.add(waiter, edge.waiting(), blocker);
      }
    }
    return graph;
  }

  private boolean isAlive(TransactionKey key) {
    return !dying.containsKey(key);
  }

  private void choose(WaitGraph.Victim victim, long now) {
    TransactionKey key = victim.key();
    if (dying.put(key, new Dying(victim.waiting(), now + DYING_NANOS)) == null) {
      victims++;
    }
    links.sendToCoordinator(
        key.coordinatorId(), new VictimChosen(key.epoch(), key.number(), victim.waiting()));
  }

  /** How many transactions were told to end. */
  long victims() {
    return victims;
  }

  /** A victim that has been told, and how long it may take before it is told again. */
  private record Dying(Backend waiting, long until) {
    /** Once it waits no more it is on its way out, or had gone on before it was told. */
    Dying seen(LockEdges edges, long now) {
      boolean leaves = !edges.isWaiting(waiting) && until - now > LEAVING_NANOS;
      return leaves ? new Dying(waiting, now + LEAVING_NANOS) : this;
    }
  }
}
