package dev.drover.gtm.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.gtm.client.SimulatedWrite.Part;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What must hold of every snapshot that was declared valid: the rules of the gate, and what they
 * are there for.
 */
final class SnapshotChecks {
  private static final long MEMORY = 15 * Simulation.SECONDS;

  private final Simulation simulation;
  private final List<SimulatedWrite> writes = new ArrayList<>();
  private final List<Acquisition> acquisitions = new ArrayList<>();
  private long acquisitionCount;
  private long readerCount;

  /** The moments of one coordinator's snapshots in one window, by node. */
  record Acquisition(Map<String, Long> takenAt, boolean inWindow) {
    Acquisition {
      takenAt = Map.copyOf(takenAt);
    }

    long first() {
      return takenAt.values().stream().mapToLong(Long::longValue).min().orElseThrow();
    }

    long last() {
      return takenAt.values().stream().mapToLong(Long::longValue).max().orElseThrow();
    }

    boolean contains(Part part) {
      return part.visibleAt() < takenAt.get(part.node());
    }
  }

  SnapshotChecks(Simulation simulation) {
    this.simulation = simulation;
  }

  long acquisitionCount() {
    return acquisitionCount;
  }

  long readerCount() {
    return readerCount;
  }

  SimulatedWrite begin(CoordinatorEpoch by, List<String> nodes) {
    SimulatedWrite write = new SimulatedWrite(by, nodes, simulation.now());
    writes.add(write);
    return write;
  }

  /**
   * What a fenced epoch has left prepared everywhere, or has begun to commit, is committed, node by
   * node; the rest is rolled back.
   */
  void resolve(CoordinatorEpoch epoch, long withinNanos) {
    simulation.invariants.resolves(epoch);
    for (SimulatedWrite write : writes) {
      boolean isOf =
          write.by().coordinatorId() == epoch.coordinatorId()
              && write.by().epoch() <= epoch.epoch();
      if (isOf && write.isTwoPhase()) {
        boolean commits = write.isPreparedEverywhere() && !write.isRolledBack();
        write.parts().forEach(part -> resolve(part, write.by(), commits, withinNanos));
      }
    }
  }

  private void resolve(Part part, CoordinatorEpoch by, boolean commits, long withinNanos) {
    if (part.isVisible()) {
      return;
    }
    simulation.after(
        simulation.upTo(withinNanos),
        () -> {
          if (!commits) {
            part.rollBack();
            return;
          }
          if (!part.isVisible()) {
            simulation.coordinators.forEach(one -> one.pauses().requireStill(by));
          }
          part.sent(simulation.now());
          part.visible(simulation.now());
        });
  }

  /** What was begun on one node is done on all. */
  void nothingIsHalfDone() {
    for (SimulatedWrite write : writes) {
      boolean isUnderWay =
          !simulation.invariants.isFenced(write.by())
              && write.begunAt() > simulation.now() - MEMORY;
      assertThat(write.isVisibleAnywhere() && !write.isVisibleEverywhere() && !isUnderWay)
          .as("a write of %s is half done", write.by())
          .isFalse();
    }
  }

  /** A window was declared valid, and these readers are served by what was taken in it. */
  void used(Acquisition taken, Collection<Long> askedAt) {
    acquisitionCount++;
    readerCount += askedAt.size();
    forgetOldWrites();
    for (SimulatedWrite write : endedAfter(taken.first())) {
      nothingIsSentMeanwhile(taken, write);
      noSecondPhaseRunsMeanwhile(taken, write);
      isWholeOrAbsent(taken, write);
      askedAt.forEach(asked -> hasWhatWasAckedBefore(taken, write, asked));
    }
    causesAreContained(taken);
    askedAt.forEach(asked -> assertThat(asked).as("asked before").isLessThan(taken.first()));
    acquisitions.forEach(other -> isInOrder(taken, other));
    acquisitions.removeIf(other -> other.last() < simulation.now() - MEMORY);
    acquisitions.add(taken);
  }

  private void forgetOldWrites() {
    writes.removeIf(
        write ->
            write.begunAt() < simulation.now() - MEMORY
                && (write.isVisibleEverywhere()
                    || write.isRolledBack()
                    || (!write.isPreparedEverywhere()
                        && simulation.invariants.isFenced(write.by()))));
  }

  private static void nothingIsSentMeanwhile(Acquisition taken, SimulatedWrite write) {
    for (Part part : write.parts()) {
      assertThat(part.sentAt() < taken.first() || part.sentAt() > taken.last())
          .as("a commit of %s was sent between the snapshots", write.by())
          .isTrue();
    }
  }

  private static void noSecondPhaseRunsMeanwhile(Acquisition taken, SimulatedWrite write) {
    if (!write.isTwoPhase()) {
      return;
    }
    long from = write.parts().stream().mapToLong(Part::sentAt).min().orElseThrow();
    long to = write.parts().stream().mapToLong(Part::visibleAt).max().orElseThrow();
    assertThat(from > taken.last() || to < taken.first())
        .as("a second phase of %s ran between the snapshots", write.by())
        .isTrue();
  }

  private static void isWholeOrAbsent(Acquisition taken, SimulatedWrite write) {
    long seen = write.parts().stream().filter(taken::contains).count();
    assertThat(seen == 0 || seen == write.parts().size())
        .as("a write of %s is torn", write.by())
        .isTrue();
  }

  private static void hasWhatWasAckedBefore(Acquisition taken, SimulatedWrite write, long asked) {
    for (Part part : write.parts()) {
      assertThat(part.ackedAt() >= asked || taken.contains(part))
          .as("a write of %s was acked before the reader asked and is missing", write.by())
          .isTrue();
    }
  }

  /** What was visible on its node before a contained commit was sent may have caused it. */
  private void causesAreContained(Acquisition taken) {
    long lastSent = parts(writes).filter(taken::contains).mapToLong(Part::sentAt).max().orElse(0);
    parts(endedAfter(taken.first()))
        .forEach(
            part ->
                assertThat(part.visibleAt() >= lastSent || taken.contains(part))
                    .as("a cause is missing at %s", part.node())
                    .isTrue());
  }

  /** What is disjoint in time is in order. */
  private void isInOrder(Acquisition one, Acquisition other) {
    if (one.last() < other.first() || other.last() < one.first()) {
      return;
    }
    boolean hasMore = parts(writes).anyMatch(p -> one.contains(p) && !other.contains(p));
    boolean hasLess = parts(writes).anyMatch(p -> other.contains(p) && !one.contains(p));
    assertThat(hasMore && hasLess).as("a long fork").isFalse();
    assertThat(one.inWindow() && other.inWindow())
        .as("windows overlap: %s and %s", one, other)
        .isFalse();
  }

  /** All others were visible on each of their nodes before. */
  private List<SimulatedWrite> endedAfter(long moment) {
    return writes.stream()
        .filter(write -> write.parts().stream().anyMatch(part -> part.visibleAt() >= moment))
        .toList();
  }

  private static Stream<Part> parts(List<SimulatedWrite> of) {
    return of.stream().flatMap(write -> write.parts().stream());
  }
}
