package dev.drover.coordinator.simulation;

import dev.drover.agent.recovery.NodeEndpoint;
import dev.drover.agent.recovery.Participant;
import dev.drover.coordinator.snapshot.CommitCounts;
import dev.drover.coordinator.snapshot.CommitGate;
import dev.drover.coordinator.snapshot.GateRelay;
import dev.drover.coordinator.snapshot.GateStatistics;
import dev.drover.coordinator.snapshot.GateSwitch;
import dev.drover.coordinator.snapshot.SecondPhases;
import dev.drover.coordinator.txn.InDoubtFinisher;
import dev.drover.coordinator.txn.TwoPhaseRun.Outcome;
import dev.drover.gtm.client.ClientEffect;
import dev.drover.gtm.client.ClientEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The writes of one simulated coordinator, with the real gate in front of its commits and the real
 * finisher behind them.
 */
final class SimulatedCommits {
  private static final long HOP = Simulation.MILLIS;
  private static final long WORK = 10 * Simulation.MILLIS;
  private static final long WRITE_EVERY = 70 * Simulation.MILLIS;
  private static final int SESSIONS = 8;
  private static final int REFUSED_ONE_IN = 20;

  private final Simulation simulation;
  private final SimulatedCoordinator owner;
  private final SimulatedGate gate;
  private final SimulatedPool pool;
  private final SimulatedReaders readers;
  private final GateRelay relay;
  private final SimulatedCommit.Services services;
  private int writes;

  SimulatedCommits(Simulation simulation, SimulatedCoordinator owner) {
    this.simulation = simulation;
    this.owner = owner;
    this.gate = new SimulatedGate(simulation, owner);
    this.pool = new SimulatedPool(simulation, owner);
    GateSwitch gateSwitch = new GateSwitch();
    CommitCounts counts = new CommitCounts();
    CommitGate commitGate = new CommitGate(gateSwitch, counts, new SecondPhases());
    this.readers = new SimulatedReaders(simulation, owner, counts);
    GateRelay.Part loop = new GateRelay.Part(this::onLoop, commitGate, readers);
    this.relay =
        new GateRelay(new Answers(), gateSwitch, counts, List.of(loop), new GateStatistics());
    this.services =
        new SimulatedCommit.Services(
            owner, pool, commitGate, new InDoubtFinisher(pool, owner::holds));
  }

  /** What the GTM is told of the gate. */
  private final class Answers implements GateRelay.Gtm {
    @Override
    public void gateClosed(long window, int secondPhasesRunning) {
      answer(new ClientEvent.GateClosed(window, secondPhasesRunning));
    }

    @Override
    public void gateDrained(long window) {
      answer(new ClientEvent.GateDrained(window));
    }

    @Override
    public void gateHeld(long window, int commitsRunning) {
      answer(new ClientEvent.GateHeld(window, commitsRunning));
    }

    @Override
    public void snapshotTaken(long window) {
      answer(new ClientEvent.SnapshotTaken(window));
    }

    private void answer(ClientEvent event) {
      simulation.after(simulation.upTo(HOP), () -> owner.step(event));
    }
  }

  /** In order, and not at once. */
  private void onLoop(Runnable task) {
    simulation.after(1, () -> owner.whenAwake(task));
  }

  void start() {
    owner.repeat(WRITE_EVERY, this::write);
    readers.start();
  }

  /** Sessions have waited for the lease and write at once. */
  void granted() {
    gate.changed();
    for (int i = 0; i < SESSIONS; i++) {
      simulation.after(simulation.upTo(WORK), () -> owner.whenAwake(this::write));
    }
  }

  SimulatedGate gate() {
    return gate;
  }

  SimulatedReaders readers() {
    return readers;
  }

  /** The epoch is dead. */
  void lost() {
    readers.lost();
    gate.changed();
  }

  void crash() {
    pool.crash();
    gate.changed();
  }

  boolean areEnded() {
    return writes == 0;
  }

  void apply(ClientEffect.Gate order) {
    switch (order) {
      case ClientEffect.CloseGate(long number) -> {
        gate.close(number);
        relay.close(number);
      }
      case ClientEffect.HoldGate(long number) -> {
        gate.hold();
        relay.hold(number);
      }
      case ClientEffect.TakeSnapshot(long number, long through) -> relay.take(number, through);
      case ClientEffect.OpenGate(long number, boolean valid) -> {
        gate.open(number);
        relay.open(valid);
        gate.changed();
      }
      case ClientEffect.AloneUntil(long nanos) -> readers.aloneUntil(nanos);
    }
  }

  private void write() {
    boolean mayBegin = owner.pauses().mayBegin() && simulation.mayRead();
    if (!owner.holds(owner.identity().epoch()) || !mayBegin) {
      return;
    }
    SimulatedWrite write = simulation.snapshots.begin(owner.identity(), shape());
    writes++;
    simulation.coordinators.forEach(one -> one.pauses().requireIdle(owner));
    begin(write, new ArrayList<>());
  }

  private SimulatedWrite.Shape shape() {
    RandomGenerator random = simulation.random;
    List<Integer> nodes = new ArrayList<>();
    IntStream.range(0, SimulatedNodes.NAMES.size()).forEach(nodes::add);
    while (nodes.size() > 1 && random.nextBoolean()) {
      int left = nodes.get(random.nextInt(nodes.size()));
      nodes.removeIf(node -> node == left);
    }
    boolean isOnCatalog = nodes.contains(NodeEndpoint.CATALOG);
    boolean isDdl = isOnCatalog && random.nextInt(5) == 0;
    boolean hasDecider = isOnCatalog && nodes.size() > 1 && !isDdl && random.nextInt(4) == 0;
    List<Participant> participants = new ArrayList<>();
    for (int node : nodes) {
      boolean isPrimary = node != NodeEndpoint.CATALOG && random.nextInt(4) == 0;
      participants.add(new Participant(node, false, isPrimary));
      if (isDdl && node == NodeEndpoint.CATALOG) {
        participants.add(new Participant(node, true, false));
      }
    }
    int count = participants.size();
    boolean isRefused = count > 1 && random.nextInt(REFUSED_ONE_IN) == 0;
    return new SimulatedWrite.Shape(
        participants,
        hasDecider ? OptionalInt.of(0) : OptionalInt.empty(),
        isRefused ? OptionalInt.of(random.nextInt(count)) : OptionalInt.empty(),
        count > 1 && random.nextInt(5) == 0);
  }

  /** One node after the other, as statements need them. */
  private void begin(SimulatedWrite write, List<SimulatedBackend> joined) {
    if (joined.size() == write.parts().size()) {
      simulation.after(
          simulation.upTo(WORK), () -> owner.whenAwake(() -> commit(write, joined).run()));
      return;
    }
    SimulatedWrite.Part next = write.parts().get(joined.size());
    pool.acquire(next.place(), backend -> join(write, joined, backend));
  }

  private void join(
      SimulatedWrite write, List<SimulatedBackend> joined, Optional<SimulatedBackend> backend) {
    boolean isOfItsLife = backend.isPresent() && backend.get().life().epoch() == write.by().epoch();
    if (!isOfItsLife) {
      backend.ifPresent(pool::release);
      commit(write, joined).rollBack();
      return;
    }
    backend.get().begin(write.parts().get(joined.size()));
    joined.add(backend.get());
    begin(write, joined);
  }

  private SimulatedCommit commit(SimulatedWrite write, List<SimulatedBackend> joined) {
    return new SimulatedCommit(simulation, services, write, joined, this::ended);
  }

  private void ended(Outcome outcome) {
    writes--;
    owner.pauses().drain();
    if (outcome instanceof Outcome.Committed) {
      somebodyGoesOn();
    }
  }

  /** Whoever sees the answer may write elsewhere because of it, also through a neighbour. */
  private void somebodyGoesOn() {
    if (simulation.random.nextInt(3) == 0) {
      SimulatedCoordinator next =
          simulation.coordinators.get(simulation.random.nextInt(simulation.coordinators.size()));
      simulation.after(1, () -> next.whenAwake(next.commits()::write));
    }
  }
}
