package dev.drover.coordinator.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A whole cluster in one thread: one GTM or several, coordinators, agents and nodes, with a clock
 * and a network that the seed decides. Messages are delayed, lost, doubled and overtaken; processes
 * crash, pause and come back; clocks drift. The last part of a run is calm, and there everything
 * must come to an end.
 */
final class Simulation {
  static final long MILLIS = 1_000_000;
  static final long SECONDS = 1000 * MILLIS;

  private static final long STORM = 40 * SECONDS;
  private static final long LAST_CHANGE = STORM + 8 * SECONDS;
  private static final long LAST_TRANSACTION = STORM + 12 * SECONDS;
  private static final long END = STORM + 25 * SECONDS;
  private static final long LAST_READER = STORM + 20 * SECONDS;
  private static final long QUIET = 10 * SECONDS;
  private static final long CALM = STORM + 12 * SECONDS;
  private static final long AS_LONG_AS_A_HOLD = 120 * MILLIS;
  private static final String VISITOR = "visitor";
  private static final int MAX_COORDINATORS = 3;
  private static final int AGENTS = 2;

  final RandomGenerator random;
  final SimulatedNodes nodes;
  final SimulatedServers servers;
  final SimulatedGtms gtms;
  final Invariants invariants;
  final SnapshotChecks snapshots;
  final List<SimulatedCoordinator> coordinators = new ArrayList<>();
  private final List<SimulatedAgent> agents = new ArrayList<>();
  private final Queue<Task> tasks = new PriorityQueue<>();
  private final long troublePeriod;
  private long now;
  private long lastTask;

  /** With one GTM. */
  Simulation(long seed) {
    this(seed, SimulatedGtm::new);
  }

  Simulation(long seed, Function<Simulation, SimulatedGtms> gtms) {
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.troublePeriod = random.nextBoolean() ? 2 * SECONDS : 8 * SECONDS;
    this.nodes = new SimulatedNodes(this);
    this.servers = new SimulatedServers(this);
    this.invariants = new Invariants(this);
    this.snapshots = new SnapshotChecks(this);
    this.gtms = gtms.apply(this);
  }

  /** Runs to the end and checks that everything has ended. */
  void run() {
    gtms.start();
    int count = 1 + random.nextInt(MAX_COORDINATORS);
    for (int i = 1; i <= count; i++) {
      start("c" + i);
    }
    for (int i = 1; i <= AGENTS; i++) {
      startAgent("a" + i);
    }
    after(100 * MILLIS, this::trouble);
    after(STORM, this::calm);
    try {
      while (now < END && !tasks.isEmpty()) {
        Task task = tasks.remove();
        now = task.at;
        task.action.run();
        invariants.afterEvent();
      }
      invariants.atTheEnd();
    } finally {
      agents.forEach(SimulatedAgent::crash);
    }
  }

  long now() {
    return now;
  }

  /** Whether anything may go wrong. */
  boolean isStormy() {
    return now < STORM;
  }

  boolean mayChangeCatalog() {
    return now < LAST_CHANGE;
  }

  /**
   * Whether nobody draws ids: then a GTM does much that needs no write, and only its lease holds
   * it.
   */
  boolean isQuiet() {
    return gtms.hosts().size() > 1 && now / QUIET % 2 == 1;
  }

  boolean mayBegin() {
    return now < LAST_TRANSACTION;
  }

  boolean mayRead() {
    return now < LAST_READER;
  }

  /** Whether whatever went wrong was repaired by then. */
  boolean isCalm(long at) {
    return at > CALM;
  }

  void after(long nanos, Runnable action) {
    lastTask++;
    tasks.add(new Task(now + nanos, lastTask, action));
  }

  long upTo(long nanos) {
    return random.nextLong(nanos);
  }

  /** True once in so many times, in the storm. */
  boolean strikes(int times) {
    return isStormy() && random.nextInt(times) == 0;
  }

  /** Delivers after a while, if at all, and perhaps twice. */
  void transmit(Runnable delivery) {
    if (strikes(50)) {
      return;
    }
    after(delay(), delivery);
    if (strikes(50)) {
      after(delay(), delivery);
    }
  }

  private long delay() {
    if (strikes(30)) {
      return upTo(1500 * MILLIS);
    }
    return upTo(strikes(20) ? AS_LONG_AS_A_HOLD : 8 * MILLIS);
  }

  private SimulatedCoordinator start(String name) {
    SimulatedCoordinator coordinator = new SimulatedCoordinator(this, name);
    coordinators.add(coordinator);
    coordinator.start();
    return coordinator;
  }

  /** Every now and then something happens to somebody. */
  private void trouble() {
    if (!isStormy()) {
      return;
    }
    List<SimulatedCoordinator> alive =
        coordinators.stream()
            .filter(one -> one.isAlive() && !one.isCutOff() && !one.name().equals(VISITOR))
            .toList();
    if (alive.isEmpty()) {
      after(Simulation.SECONDS, this::trouble);
      return;
    }
    SimulatedCoordinator one = alive.get(random.nextInt(alive.size()));
    switch (random.nextInt(17)) {
      case 0 -> gtms.trouble();
      case 1 -> {
        one.crash();
        after(upTo(3 * SECONDS), () -> start(one.name()));
        somebodyPauses();
      }
      case 2 -> {
        // A new process takes the name over while the old one still runs.
        one.leaveTheNetwork();
        after(upTo(8 * SECONDS), one::crash);
        start(one.name());
        somebodyPauses();
      }
      case 3 -> one.pause(upTo(7 * SECONDS));
      case 4 -> anAgent().pause(upTo(3 * SECONDS));
      case 5, 6 -> visit();
      case 7, 8 -> servers.crashOne(upTo(4 * SECONDS));
      case 9 -> crash(anAgent());
      default -> one.breakConnection();
    }
    after(upTo(troublePeriod), this::trouble);
  }

  /** Somebody joins and dies, and the others may be alone before and afterwards. */
  private void visit() {
    if (coordinators.stream().noneMatch(one -> one.isAlive() && one.name().equals(VISITOR))) {
      SimulatedCoordinator visitor = start(VISITOR);
      after(upTo(6 * SECONDS), visitor::crash);
    }
  }

  /** What has just died may still be at work. */
  private void somebodyPauses() {
    SimulatedCoordinator one = coordinators.get(random.nextInt(coordinators.size()));
    after(upTo(6 * SECONDS), () -> one.whenAwake(one.pauses()::want));
  }

  private void startAgent(String name) {
    SimulatedAgent agent = new SimulatedAgent(this, name);
    agents.add(agent);
    agent.start();
  }

  private SimulatedAgent anAgent() {
    return agents.get(random.nextInt(agents.size()));
  }

  private void crash(SimulatedAgent agent) {
    if (agents.size() < AGENTS) {
      return;
    }
    agents.remove(agent);
    agent.crash();
    after(upTo(3 * SECONDS), () -> startAgent(agent.name()));
  }

  private void calm() {
    gtms.calm();
    servers.calm();
    coordinators.stream()
        .filter(one -> one.name().equals(VISITOR))
        .forEach(SimulatedCoordinator::crash);
    coordinators.stream().filter(SimulatedProcess::isCutOff).forEach(SimulatedCoordinator::crash);
  }

  private record Task(long at, long number, Runnable action) implements Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
    }
  }
}
