package dev.drover.coordinator.simulation;

import dev.drover.agent.recovery.CoordinatorLife;
import dev.drover.gtm.client.ClientEffect;
import dev.drover.gtm.client.ClientEvent;
import dev.drover.gtm.client.GxidRanges;
import dev.drover.gtm.client.Lease;
import dev.drover.gtm.protocol.Backend;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage.PauseState;
import dev.drover.gtm.protocol.ReportedTransaction;
import dev.drover.gtm.protocol.Role;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A coordinator that draws GXIDs, changes the catalog and runs transactions that collide. */
final class SimulatedCoordinator extends SimulatedProcess {
  private static final long REPORT = 75 * Simulation.MILLIS;
  private static final int MAX_ACTIVE = 4;
  private static final int BACKENDS_PER_NODE = 6;
  private static final int MAX_STATEMENTS = 4;

  private final GxidRanges gxids = new GxidRanges();
  private final SimulatedCommits commits;
  private final SimulatedPauses pauses;
  private final Map<Long, SimulatedTransaction> active = new LinkedHashMap<>();
  private final Map<String, Deque<Integer>> idle = new HashMap<>();
  private final Set<Long> publishes = new HashSet<>();
  private final Set<Long> ready = new HashSet<>();
  private Lease lease = new Lease(0, 0, 0);
  private long windowEpoch;
  private long windowUntil;
  private long grantedAt;
  private long announcements;
  private boolean usesCatalog;
  private long mark;
  private long lastNumber;
  private boolean hasReported;

  SimulatedCoordinator(Simulation simulation, String name) {
    super(simulation, name, Role.COORDINATOR);
    this.commits = new SimulatedCommits(simulation, this);
    this.pauses = new SimulatedPauses(simulation, this);
    for (String node : SimulatedNodes.NAMES) {
      Deque<Integer> pids = new ArrayDeque<>();
      for (int i = 0; i < BACKENDS_PER_NODE; i++) {
        pids.add(simulation.invariants.nextPid());
      }
      idle.put(node, pids);
    }
  }

  @Override
  void start() {
    super.start();
    step(new ClientEvent.UseNodes(SimulatedNodes.addresses()));
    repeat(50 * Simulation.MILLIS, this::draw);
    repeat(200 * Simulation.MILLIS, this::begin);
    repeat(4 * Simulation.SECONDS, this::publish);
    simulation.after(REPORT, this::report);
    commits.start();
    pauses.start();
  }

  SimulatedPauses pauses() {
    return pauses;
  }

  boolean runsNothing() {
    return active.isEmpty() && commits.areEnded();
  }

  /** When it got its epoch. */
  long grantedAt() {
    return grantedAt;
  }

  SimulatedCommits commits() {
    return commits;
  }

  /** Whether it would send a commit now, by its own clock. */
  boolean leaseValid(long epoch) {
    return windowEpoch == epoch && epoch != 0 && localNow() - windowUntil < 0;
  }

  /** Whether the epoch has not ended, as far as it knows: then it sends commits. */
  boolean holds(long epoch) {
    return epoch != 0 && windowEpoch == epoch && lease.epoch() == epoch;
  }

  boolean holdsLease() {
    return leaseValid(windowEpoch);
  }

  /** Whether it starts statements on what it knows of the catalog; not before its first lease. */
  boolean usesCatalog() {
    return usesCatalog && isAlive() && lease.epoch() != 0;
  }

  CoordinatorEpoch identity() {
    return new CoordinatorEpoch(lease.coordinatorId(), windowEpoch);
  }

  /** As its connections say. */
  CoordinatorLife life() {
    return new CoordinatorLife(lease.coordinatorId(), lease.epoch());
  }

  boolean isIdle() {
    return active.isEmpty() && publishes.isEmpty() && commits.areEnded();
  }

  @Override
  void crash() {
    super.crash();
    endAll(Long.MAX_VALUE);
    commits.crash();
  }

  void fenced(CoordinatorEpoch epoch) {
    if (lease.coordinatorId() == epoch.coordinatorId()) {
      endAll(epoch.epoch());
      commits.gate().changed();
    }
  }

  @Override
  void beforeStep(ClientEvent event) {
    commits.gate().beforeStep(event);
  }

  @Override
  void apply(ClientEffect effect) {
    switch (effect) {
      case ClientEffect.LeaseUntil(long epoch, long until) -> {
        windowEpoch = epoch;
        windowUntil = until;
      }
      case ClientEffect.LeaseGranted(Lease granted) -> {
        boolean isNew = lease.epoch() != granted.epoch();
        grantedAt = isNew ? simulation.now() : grantedAt;
        lease = granted;
        commits.granted();
        if (isNew) {
          simulation.coordinators.forEach(one -> one.commits().readers().lookSoon());
        }
      }
      case ClientEffect.LeaseLost(long epoch, boolean _) -> {
        windowEpoch = 0;
        usesCatalog = false;
        announcements++;
        endAll(epoch);
        commits.lost();
      }
      case ClientEffect.GxidsLeased(long from, long toExclusive) -> gxids.add(from, toExclusive);
      case ClientEffect.CatalogStale(long version, long epoch) -> stale(version, epoch);
      case ClientEffect.CatalogCurrent(long _) -> {
        announcements++;
        usesCatalog = true;
      }
      case ClientEffect.PublishReady(long request, long _) -> {
        ready.add(request);
        simulation.after(simulation.upTo(500 * Simulation.MILLIS), () -> endPublish(request, true));
      }
      case ClientEffect.Completed(long request) -> publishes.remove(request);
      case ClientEffect.Failed(long request, String _) -> publishes.remove(request);
      case ClientEffect.MarkReached(long reached) -> mark = reached;
      case ClientEffect.Victim(long number, Backend waiting) -> victim(number, waiting);
      case ClientEffect.Gate order -> commits.apply(order);
      case ClientEffect.PauseTold(PauseState state) -> pauses.told(state);
      case ClientEffect.RegistrationRefused refused -> throw new AssertionError(refused);
      default -> {}
    }
  }

  /** It takes a while until nothing of the old catalog is under way. */
  private void stale(long version, long epoch) {
    announcements++;
    long announcement = announcements;
    simulation.after(
        simulation.upTo(300 * Simulation.MILLIS),
        () ->
            whenAwake(
                () -> {
                  if (announcement == announcements) {
                    usesCatalog = false;
                  }
                  step(new ClientEvent.AckStale(version, epoch));
                }));
  }

  private void draw() {
    if (simulation.isQuiet()) {
      return;
    }
    for (int i = 0; i < 5; i++) {
      long gxid = gxids.tryNext();
      if (gxid != GxidRanges.NONE) {
        simulation.invariants.drawn(gxid);
      }
    }
    if (gxids.needsRefill()) {
      step(new ClientEvent.GxidsNeeded(nextRequest()));
    }
  }

  private void publish() {
    if (simulation.isQuiet()
        || !simulation.mayChangeCatalog()
        || !holdsLease()
        || !publishes.isEmpty()) {
      return;
    }
    long request = nextRequest();
    publishes.add(request);
    step(new ClientEvent.Publish(request));
    if (simulation.random.nextInt(4) == 0) {
      simulation.after(
          simulation.upTo(300 * Simulation.MILLIS),
          () -> {
            if (!ready.contains(request)) {
              endPublish(request, false);
            }
          });
    }
  }

  private void endPublish(long request, boolean changed) {
    if (publishes.contains(request)) {
      step(new ClientEvent.EndPublish(request, changed));
    }
  }

  private void begin() {
    if (!simulation.mayBegin() || !holdsLease() || active.size() >= MAX_ACTIVE) {
      return;
    }
    if (!pauses.mayBegin()) {
      return;
    }
    if (simulation.invariants.isFenced(identity())) {
      return;
    }
    lastNumber++;
    int statements = 1 + simulation.random.nextInt(MAX_STATEMENTS);
    SimulatedTransaction transaction =
        new SimulatedTransaction(lastNumber, windowEpoch, simulation.now(), statements);
    active.put(lastNumber, transaction);
    simulation.invariants.began(transaction);
    simulation.coordinators.forEach(one -> one.pauses().requireIdle(this));
    proceed(transaction);
  }

  private void proceed(SimulatedTransaction transaction) {
    if (transaction.isOver()) {
      return;
    }
    if (!transaction.startStatement()) {
      commit(transaction);
      return;
    }
    String first = randomNode();
    Set<String> touched = new HashSet<>(Set.of(first));
    if (simulation.random.nextInt(4) == 0) {
      touched.add(randomNode());
    }
    List<Backend> to = touched.stream().sorted().map(node -> backend(transaction, node)).toList();
    to.forEach(backend -> transaction.sent(backend, simulation.now()));
    to.forEach(backend -> lock(transaction, backend));
  }

  private void lock(SimulatedTransaction transaction, Backend backend) {
    int resource = simulation.random.nextInt(SimulatedNodes.RESOURCES);
    simulation.nodes.acquire(backend, resource, () -> granted(transaction, backend));
    simulation.after(Simulation.SECONDS, () -> checkLocally(transaction, backend));
  }

  private void granted(SimulatedTransaction transaction, Backend backend) {
    if (!transaction.isOver() && transaction.answered(backend)) {
      simulation.after(
          simulation.upTo(100 * Simulation.MILLIS), () -> whenAwake(() -> proceed(transaction)));
    }
  }

  /** The server's own detector looks after a second of waiting. */
  private void checkLocally(SimulatedTransaction transaction, Backend backend) {
    if (!transaction.isOver()
        && transaction.waitsOn(backend)
        && simulation.nodes.isDeadlockedLocally(backend)) {
      simulation.invariants.brokenFromOutside();
      end(transaction);
    }
  }

  private void commit(SimulatedTransaction transaction) {
    if (holdsLease()) {
      end(transaction);
      return;
    }
    simulation.after(
        100 * Simulation.MILLIS,
        () ->
            whenAwake(
                () -> {
                  if (!transaction.isOver()) {
                    commit(transaction);
                  }
                }));
  }

  private void victim(long number, Backend waiting) {
    SimulatedTransaction transaction = active.get(number);
    if (transaction != null && transaction.waitsOn(waiting)) {
      simulation.after(simulation.upTo(30 * Simulation.MILLIS), () -> end(transaction));
    }
  }

  private void endAll(long throughEpoch) {
    for (SimulatedTransaction transaction : List.copyOf(active.values())) {
      if (transaction.epoch() <= throughEpoch) {
        simulation.invariants.brokenFromOutside();
        end(transaction);
      }
    }
  }

  private void end(SimulatedTransaction transaction) {
    if (transaction.isOver()) {
      return;
    }
    transaction.end();
    active.remove(transaction.number());
    for (Backend backend : transaction.backends()) {
      simulation.nodes.release(backend);
      idle.get(backend.node()).push(backend.pid());
    }
    pauses.drain();
  }

  /** The backend that was released last is used first, as pools do. */
  private Backend backend(SimulatedTransaction transaction, String node) {
    return transaction
        .backendOfNode()
        .computeIfAbsent(
            node,
            _ -> {
              Backend backend = new Backend(node, idle.get(node).pop());
              simulation.nodes.own(backend, transaction);
              return backend;
            });
  }

  /** The list may be on its way for a while after it was put together. */
  private void report() {
    if (!isAlive()) {
      return;
    }
    long now = simulation.now();
    List<ReportedTransaction> overdue =
        active.values().stream()
            .filter(transaction -> transaction.isOverdue(now))
            .map(transaction -> transaction.report(now))
            .toList();
    if (!overdue.isEmpty() || hasReported) {
      hasReported = !overdue.isEmpty();
      long before = mark;
      simulation.after(
          simulation.upTo(40 * Simulation.MILLIS),
          () -> step(new ClientEvent.ReportWaits(before, overdue)));
    }
    simulation.after(REPORT, this::report);
  }

  private String randomNode() {
    return SimulatedNodes.NAMES.get(simulation.random.nextInt(SimulatedNodes.NAMES.size()));
  }

  void repeat(long nanos, Runnable action) {
    simulation.after(
        simulation.upTo(nanos),
        () -> {
          if (isAlive()) {
            whenAwake(action);
            repeat(nanos, action);
          }
        });
  }
}
