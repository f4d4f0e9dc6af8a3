package dev.drover.gtm.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.gtm.client.SimulatedWrite.Part;
import dev.drover.gtm.client.SnapshotChecks.Acquisition;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The commits of one simulated coordinator, its gate, and its readers of several nodes: what a
 * coordinator has to do with a {@link GtmClient}.
 */
final class SimulatedCommits {
  private static final long HOP = Simulation.MILLIS;
  private static final long NETWORK = 3 * Simulation.MILLIS;
  private static final long WORK = 10 * Simulation.MILLIS;
  private static final long SLOW_WORK = 120 * Simulation.MILLIS;
  private static final long WRITE_EVERY = 70 * Simulation.MILLIS;
  private static final long READ_EVERY = 120 * Simulation.MILLIS;
  private static final int SESSIONS = 8;
  private static final int REFUSED_ONE_IN = 20;
  private static final long MAX_WAIT = 2 * Simulation.SECONDS;
  private static final long SOON = 30 * Simulation.MILLIS;
  private static final int LOOKS = 4;

  private final Simulation simulation;
  private final SimulatedCoordinator owner;
  private final SimulatedGate gate;
  private final List<Runnable> heldBack = new ArrayList<>();
  private final TreeMap<Long, Long> readers = new TreeMap<>();
  private Optional<Taking> taking = Optional.empty();
  private int secondPhases;
  private int commits;
  private int writes;
  private long life;
  private long lastReader;
  private long sent;
  private long aloneUntil = Long.MIN_VALUE;

  private record Taking(long window, long through, Map<String, Long> takenAt) {
    boolean isDone() {
      return takenAt.size() == SimulatedNodes.NAMES.size();
    }
  }

  SimulatedCommits(Simulation simulation, SimulatedCoordinator owner) {
    this.simulation = simulation;
    this.owner = owner;
    this.gate = new SimulatedGate(simulation, owner);
  }

  void start() {
    owner.repeat(WRITE_EVERY, this::write);
    if (owner.name().equals("c1") || simulation.random.nextBoolean()) {
      owner.repeat(READ_EVERY, this::read);
    }
  }

  /** Sessions have waited for the lease and write at once. */
  void granted() {
    gate.changed();
    for (int i = 0; i < SESSIONS; i++) {
      whenAlive(WORK, this::write);
    }
  }

  /** Somebody has just come, who should be noticed before the next snapshot. */
  void lookSoon() {
    for (int i = 0; i < LOOKS; i++) {
      whenAlive(SOON, this::look);
    }
  }

  SimulatedGate gate() {
    return gate;
  }

  /** When they asked. */
  Collection<Long> waitingReaders() {
    return readers.values();
  }

  /** The epoch is dead: nothing of it is waited for. */
  void lost() {
    life++;
    secondPhases = 0;
    commits = 0;
    writes = 0;
    heldBack.clear();
    gate.changed();
  }

  boolean areEnded() {
    return writes == 0;
  }

  void apply(ClientEffect.Gate order) {
    switch (order) {
      case ClientEffect.CloseGate(long number) -> {
        gate.close(number);
        answer(new ClientEvent.GateClosed(number, secondPhases));
      }
      case ClientEffect.HoldGate(long number) -> {
        gate.hold();
        answer(new ClientEvent.GateHeld(number, commits));
      }
      case ClientEffect.TakeSnapshot(long number, long through) -> take(number, through);
      case ClientEffect.OpenGate(long number, boolean valid) -> open(number, valid);
      case ClientEffect.AloneUntil(long nanos) -> aloneUntil = nanos;
    }
  }

  private void open(long number, boolean valid) {
    gate.open(number);
    if (valid) {
      serve(number);
    }
    gate.changed();
    taking = Optional.empty();
    List<Runnable> released = List.copyOf(heldBack);
    heldBack.clear();
    released.forEach(Runnable::run);
  }

  private void take(long number, long through) {
    Taking begun = new Taking(number, through, new HashMap<>());
    taking = Optional.of(begun);
    for (String node : SimulatedNodes.NAMES) {
      long delay = simulation.strikes(60) ? simulation.upTo(SLOW_WORK) : simulation.upTo(NETWORK);
      simulation.after(
          delay,
          () -> {
            begun.takenAt.put(node, simulation.now());
            if (begun.isDone()) {
              answer(new ClientEvent.SnapshotTaken(number));
            }
          });
    }
  }

  private void serve(long number) {
    taking
        .filter(one -> one.window == number)
        .ifPresent(
            one -> {
              Map<Long, Long> served = readers.headMap(one.through, true);
              served.values().forEach(this::hasNotWaitedLong);
              simulation.snapshots.used(
                  Acquisition.of(owner.identity(), one.takenAt, true), served.values());
              served.clear();
            });
  }

  private void hasNotWaitedLong(long askedAt) {
    if (simulation.isCalm(askedAt)) {
      assertThat(simulation.now() - askedAt).as("a reader's wait").isLessThan(MAX_WAIT);
    }
  }

  /**
   * Snapshots without a window: good if nobody else could commit, and nothing was under way or sent
   * meanwhile.
   */
  private void look() {
    long began = life;
    long until = aloneUntil;
    long sentBefore = sent;
    long askedAt = simulation.now();
    CoordinatorEpoch self = owner.identity();
    owner.step(new ClientEvent.StayAlone());
    if (until == Long.MIN_VALUE || owner.localNow() - until >= 0 || secondPhases + commits > 0) {
      return;
    }
    Map<String, Long> takenAt = new HashMap<>();
    for (String node : SimulatedNodes.NAMES) {
      simulation.after(
          1 + simulation.upTo(simulation.strikes(30) ? SLOW_WORK : NETWORK),
          () -> {
            takenAt.put(node, simulation.now());
            boolean isStill = sent == sentBefore && owner.localNow() - until < 0;
            boolean isSame = began == life && owner.isAlive();
            if (takenAt.size() == SimulatedNodes.NAMES.size() && isStill && isSame) {
              simulation.snapshots.used(Acquisition.of(self, takenAt, false), List.of(askedAt));
            }
          });
    }
  }

  private void read() {
    if (simulation.mayRead() && simulation.random.nextInt(3) == 0) {
      look();
    } else if (simulation.mayRead()) {
      lastReader++;
      readers.put(lastReader, simulation.now());
      owner.step(new ClientEvent.WantSnapshot(lastReader));
    }
  }

  private void write() {
    if (!owner.holds(owner.identity().epoch())
        || !owner.pauses().mayBegin()
        || simulation.invariants.isFenced(owner.identity())) {
      return;
    }
    List<String> nodes = new ArrayList<>(SimulatedNodes.NAMES);
    while (nodes.size() > 1 && simulation.random.nextBoolean()) {
      nodes.remove(simulation.random.nextInt(nodes.size()));
    }
    SimulatedWrite write = simulation.snapshots.begin(owner.identity(), nodes);
    writes++;
    simulation.coordinators.forEach(one -> one.pauses().requireIdle(owner));
    if (write.isTwoPhase()) {
      whenAlive(WORK, () -> prepare(write));
    } else {
      commit(write);
    }
  }

  /** Each part at a time of its own; one that is refused undoes the others. */
  private void prepare(SimulatedWrite write) {
    boolean refuses = simulation.random.nextInt(REFUSED_ONE_IN) == 0;
    String refused = write.parts().getFirst().node();
    for (Part part : write.parts()) {
      simulation.after(
          simulation.upTo(NETWORK + WORK),
          () -> {
            if (simulation.invariants.isFenced(write.by())) {
              whenAlive(NETWORK, () -> ended(write));
            } else if (refuses && part.node().equals(refused)) {
              whenAlive(NETWORK, () -> undo(write));
            } else if (!part.isRolledBack()) {
              part.prepare();
              whenAlive(NETWORK, () -> prepared(write, part));
            }
          });
    }
  }

  private void prepared(SimulatedWrite write, Part part) {
    part.preparedAcked();
    if (write.isPreparedAckedEverywhere()) {
      startSecondPhase(write);
    }
  }

  /** A server that has shut the coordinator out does not take it from it. */
  private void undo(SimulatedWrite write) {
    for (Part part : write.parts()) {
      simulation.after(
          simulation.upTo(NETWORK),
          () -> {
            if (!simulation.invariants.isFenced(write.by())) {
              part.rollBack();
            }
          });
    }
    ended(write);
  }

  private void startSecondPhase(SimulatedWrite write) {
    if (!gate.mayStartSecondPhases()) {
      heldBack.add(() -> startSecondPhase(write));
      return;
    }
    if (isStopped(write)) {
      ended(write);
      return;
    }
    secondPhases++;
    sent++;
    for (Part part : write.parts()) {
      part.sent(simulation.now());
      execute(write.by(), part, () -> secondPhaseAcked(write));
    }
  }

  private void secondPhaseAcked(SimulatedWrite write) {
    if (!write.isAckedEverywhere()) {
      return;
    }
    secondPhases--;
    ended(write);
    if (secondPhases == 0 && !gate.mayStartSecondPhases()) {
      answer(new ClientEvent.GateDrained(gate.window()));
    }
    somebodyGoesOn();
  }

  private void commit(SimulatedWrite write) {
    if (!gate.mayCommit()) {
      heldBack.add(() -> commit(write));
      return;
    }
    if (isStopped(write)) {
      ended(write);
      return;
    }
    commits++;
    sent++;
    Part part = write.parts().getFirst();
    part.sent(simulation.now());
    execute(
        write.by(),
        part,
        () -> {
          commits--;
          ended(write);
          somebodyGoesOn();
        });
  }

  private void ended(SimulatedWrite write) {
    if (write.by().equals(owner.identity()) && writes > 0) {
      writes--;
      owner.pauses().drain();
    }
  }

  /** It has heard that its epoch has ended, or the servers let it do nothing any more. */
  private boolean isStopped(SimulatedWrite write) {
    return !owner.holds(write.by().epoch()) || simulation.invariants.isFenced(write.by());
  }

  /** The node gets it, if the process does not die first; does it, unless it is fenced; answers. */
  private void execute(CoordinatorEpoch by, Part part, Runnable acked) {
    long began = life;
    long work = simulation.random.nextInt(10) == 0 ? SLOW_WORK : WORK;
    simulation.after(
        simulation.upTo(NETWORK),
        () -> {
          if (!owner.isAlive() && simulation.random.nextBoolean()) {
            return;
          }
          simulation.after(simulation.upTo(work), () -> finish(by, part, began, acked));
        });
  }

  private void finish(CoordinatorEpoch by, Part part, long began, Runnable acked) {
    if (simulation.invariants.isFenced(by)) {
      return;
    }
    simulation.invariants.acts(by);
    part.visible(simulation.now());
    simulation.coordinators.forEach(one -> one.pauses().requireStill(by));
    whenAlive(
        NETWORK,
        () -> {
          part.acked(simulation.now());
          if (life == began) {
            acked.run();
          }
        });
  }

  /** Whoever sees the answer may write elsewhere because of it, also through a neighbour. */
  private void somebodyGoesOn() {
    if (simulation.random.nextInt(3) == 0) {
      SimulatedCoordinator next =
          simulation.coordinators.get(simulation.random.nextInt(simulation.coordinators.size()));
      simulation.after(1, () -> next.whenAwake(next.commits()::write));
    }
  }

  private void answer(ClientEvent event) {
    simulation.after(simulation.upTo(HOP), () -> owner.step(event));
  }

  private void whenAlive(long within, Runnable action) {
    simulation.after(simulation.upTo(within), () -> owner.whenAwake(action));
  }
}
