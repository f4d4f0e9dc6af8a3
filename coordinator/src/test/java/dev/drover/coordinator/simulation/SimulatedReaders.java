package dev.drover.coordinator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.coordinator.simulation.SnapshotChecks.Acquisition;
import dev.drover.coordinator.snapshot.CommitCounts;
import dev.drover.coordinator.snapshot.GateRelay;
import dev.drover.gtm.client.ClientEvent;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Who wants to see one moment on all nodes, at one simulated coordinator. */
final class SimulatedReaders implements GateRelay.Readers {
  private static final long NETWORK = 3 * Simulation.MILLIS;
  private static final long SLOW_WORK = 120 * Simulation.MILLIS;
  private static final long READ_EVERY = 120 * Simulation.MILLIS;
  private static final long MAX_WAIT = 2 * Simulation.SECONDS;
  private static final long SOON = 30 * Simulation.MILLIS;
  private static final int LOOKS = 4;

  private final Simulation simulation;
  private final SimulatedCoordinator owner;
  private final CommitCounts counts;
  private final TreeMap<Long, Long> waiting = new TreeMap<>();
  private Optional<Taking> taking = Optional.empty();
  private long life;
  private long lastReader;
  private long aloneUntil = Long.MIN_VALUE;

  private record Taking(long through, Map<String, Long> takenAt) {
    boolean isDone() {
      return takenAt.size() == SimulatedNodes.NAMES.size();
    }
  }

  SimulatedReaders(Simulation simulation, SimulatedCoordinator owner, CommitCounts counts) {
    this.simulation = simulation;
    this.owner = owner;
    this.counts = counts;
  }

  void start() {
    if (owner.name().equals("c1") || simulation.random.nextBoolean()) {
      owner.repeat(READ_EVERY, this::read);
    }
  }

  /** Somebody has just come, who should be noticed before the next snapshot. */
  void lookSoon() {
    for (int i = 0; i < LOOKS; i++) {
      simulation.after(simulation.upTo(SOON), () -> owner.whenAwake(this::look));
    }
  }

  void aloneUntil(long nanos) {
    aloneUntil = nanos;
  }

  /** The epoch is dead. */
  void lost() {
    life++;
  }

  /** When they asked. */
  Collection<Long> askedAt() {
    return waiting.values();
  }

  private void read() {
    if (simulation.mayRead() && simulation.random.nextInt(3) == 0) {
      look();
    } else if (simulation.mayRead()) {
      lastReader++;
      waiting.put(lastReader, simulation.now());
      owner.step(new ClientEvent.WantSnapshot(lastReader));
    }
  }

  @Override
  public boolean isWaitedFor() {
    return !waiting.isEmpty();
  }

  @Override
  public void take(long through, Runnable taken) {
    Taking begun = new Taking(through, new HashMap<>());
    taking = Optional.of(begun);
    for (String node : SimulatedNodes.NAMES) {
      long delay = simulation.strikes(60) ? simulation.upTo(SLOW_WORK) : simulation.upTo(NETWORK);
      simulation.after(
          delay,
          () -> {
            begun.takenAt.put(node, simulation.now());
            if (begun.isDone()) {
              owner.whenAwake(taken);
            }
          });
    }
  }

  @Override
  public void opened(boolean valid) {
    if (valid) {
      taking.ifPresent(this::serve);
    }
    taking = Optional.empty();
  }

  private void serve(Taking taken) {
    Map<Long, Long> served = waiting.headMap(taken.through, true);
    served.values().forEach(this::hasNotWaitedLong);
    simulation.snapshots.used(
        Acquisition.of(owner.identity(), taken.takenAt, true), served.values());
    served.clear();
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
    OptionalLong before = counts.quiet();
    long askedAt = simulation.now();
    CoordinatorEpoch self = owner.identity();
    owner.step(new ClientEvent.StayAlone());
    if (until == Long.MIN_VALUE || owner.localNow() - until >= 0 || before.isEmpty()) {
      return;
    }
    Map<String, Long> takenAt = new HashMap<>();
    for (String node : SimulatedNodes.NAMES) {
      simulation.after(
          1 + simulation.upTo(simulation.strikes(30) ? SLOW_WORK : NETWORK),
          () -> {
            takenAt.put(node, simulation.now());
            boolean isStill = counts.quiet().equals(before) && owner.localNow() - until < 0;
            boolean isSame = began == life && owner.isAlive();
            if (takenAt.size() == SimulatedNodes.NAMES.size() && isStill && isSame) {
              simulation.snapshots.used(Acquisition.of(self, takenAt, false), List.of(askedAt));
            }
          });
    }
  }
}
