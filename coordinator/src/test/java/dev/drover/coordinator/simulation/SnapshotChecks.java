package dev.drover.coordinator.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.drover.coordinator.simulation.SimulatedWrite.Part;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What must hold of every snapshot that was declared valid: the rules of the gate, and what they
 * are there for.
 */
final class SnapshotChecks {
  private static final long MEMORY = 15 * Simulation.SECONDS;

  private final Simulation simulation;

  /** Those that are not visible everywhere, or were not when this was looked at last. */
  private final List<SimulatedWrite> underWay = new ArrayList<>();

  /** Those that are visible everywhere, in the order in which they became so. */
  private final List<SimulatedWrite> ended = new ArrayList<>();

  private final List<Acquisition> acquisitions = new ArrayList<>();
  private final List<Opening> openings = new ArrayList<>();
  private long acquisitionCount;
  private long readerCount;

  /** The moments of one coordinator's snapshots in one window, by node. */
  record Acquisition(
      CoordinatorEpoch by, List<Long> takenAt, long first, long last, boolean inWindow) {
    static Acquisition of(CoordinatorEpoch by, Map<String, Long> takenAt, boolean inWindow) {
      List<Long> moments = SimulatedNodes.NAMES.stream().map(takenAt::get).toList();
      return new Acquisition(
          by, moments, Collections.min(moments), Collections.max(moments), inWindow);
    }

    boolean contains(Part part) {
      return part.visibleAt() < takenAt.get(part.place());
    }
  }

  /** For so long a coordinator can send commits. */
  static final class Opening {
    private final CoordinatorEpoch of;
    private final long from;
    private long to = SimulatedWrite.NEVER;

    private Opening(CoordinatorEpoch of, long from) {
      this.of = of;
      this.from = from;
    }

    CoordinatorEpoch of() {
      return of;
    }

    void end(long now) {
      to = now;
    }

    boolean meets(Acquisition taken) {
      return from < to && from < taken.last() && to > taken.first();
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

  Opening opens(CoordinatorEpoch of) {
    Opening opening = new Opening(of, simulation.now());
    openings.removeIf(other -> other.to < simulation.now() - MEMORY);
    openings.add(opening);
    return opening;
  }

  SimulatedWrite begin(CoordinatorEpoch by, SimulatedWrite.Shape shape) {
    SimulatedWrite write = new SimulatedWrite(simulation, by, shape);
    underWay.add(write);
    return write;
  }

  /** What was begun on one node is done on all. */
  void nothingIsHalfDone() {
    for (SimulatedWrite write : underWay) {
      boolean isWhole = write.isVisibleEverywhere();
      assertThat(write.isVisibleAnywhere() && !isWhole)
          .as("a write of %s is half done", write.by())
          .isFalse();
      assertThat(write.isToldCommitted() && !isWhole)
          .as("a write of %s is lost", write.by())
          .isFalse();
    }
  }

  /** A window was declared valid, and these readers are served by what was taken in it. */
  void used(Acquisition taken, Collection<Long> askedAt) {
    acquisitionCount++;
    readerCount += askedAt.size();
    sortOut();
    nobodyElseIsOpen(taken);
    List<SimulatedWrite> concerned = endedAfter(taken.first());
    for (SimulatedWrite write : concerned) {
      nothingIsSentMeanwhile(taken, write);
      noSecondPhaseRunsMeanwhile(taken, write);
      isWholeOrAbsent(taken, write);
      askedAt.forEach(asked -> hasWhatWasAckedBefore(taken, write, asked));
    }
    causesAreContained(taken, concerned);
    askedAt.forEach(asked -> assertThat(asked).as("asked before").isLessThan(taken.first()));
    acquisitions.forEach(other -> isInOrder(taken, other));
    acquisitions.removeIf(other -> other.last() < simulation.now() - MEMORY);
    acquisitions.add(taken);
  }

  /** Who takes without a window sees for himself whether he has sent anything. */
  private void nobodyElseIsOpen(Acquisition taken) {
    for (Opening opening : openings) {
      boolean isConcerned = taken.inWindow() || !opening.of.equals(taken.by());
      if (isConcerned && opening.meets(taken)) {
        fail("%s could send commits while %s took snapshots", opening.of, taken.by());
      }
    }
  }

  private void sortOut() {
    long remembered = simulation.now() - MEMORY;
    List<SimulatedWrite> done = new ArrayList<>();
    underWay.removeIf(
        write -> {
          if (write.isVisibleEverywhere()) {
            done.add(write);
            return true;
          }
          return write.begunAt() < remembered && isOver(write);
        });
    done.sort(Comparator.comparingLong(SimulatedWrite::visibleEverywhereAt));
    ended.addAll(done);
    int forgotten = 0;
    while (forgotten < ended.size() && ended.get(forgotten).visibleEverywhereAt() < remembered) {
      forgotten++;
    }
    ended.subList(0, forgotten).clear();
  }

  private boolean isOver(SimulatedWrite write) {
    return write.isRolledBack()
        || (!write.isPreparedEverywhere() && simulation.invariants.isFenced(write.by()));
  }

  private static void nothingIsSentMeanwhile(Acquisition taken, SimulatedWrite write) {
    for (Part part : write.parts()) {
      if (part.sentAt() >= taken.first() && part.sentAt() <= taken.last()) {
        fail("a commit of %s was sent between the snapshots", write.by());
      }
    }
  }

  private static void noSecondPhaseRunsMeanwhile(Acquisition taken, SimulatedWrite write) {
    if (!write.isTwoPhase() || write.isRolledBack()) {
      return;
    }
    long from = SimulatedWrite.NEVER;
    long to = Long.MIN_VALUE;
    for (Part part : write.parts()) {
      from = Math.min(from, part.sentAt());
      to = Math.max(to, part.visibleAt());
    }
    if (from <= taken.last() && to >= taken.first()) {
      fail("a second phase of %s ran between the snapshots", write.by());
    }
  }

  private static void isWholeOrAbsent(Acquisition taken, SimulatedWrite write) {
    int seen = 0;
    for (Part part : write.parts()) {
      seen += taken.contains(part) ? 1 : 0;
    }
    if (seen != 0 && seen != write.parts().size()) {
      fail("a write of %s is torn", write.by());
    }
  }

  private static void hasWhatWasAckedBefore(Acquisition taken, SimulatedWrite write, long asked) {
    for (Part part : write.parts()) {
      if (part.ackedAt() < asked && !taken.contains(part)) {
        fail("a write of %s was acked before the reader asked and is missing", write.by());
      }
    }
  }

  /**
   * What was visible on its node before a contained commit was sent may have caused it. Writes that
   * had ended before are contained, and so are their causes.
   */
  private static void causesAreContained(Acquisition taken, List<SimulatedWrite> concerned) {
    long lastSent = 0;
    for (SimulatedWrite write : concerned) {
      for (Part part : write.parts()) {
        lastSent = taken.contains(part) ? Math.max(lastSent, part.sentAt()) : lastSent;
      }
    }
    for (SimulatedWrite write : concerned) {
      for (Part part : write.parts()) {
        if (part.visibleAt() < lastSent && !taken.contains(part)) {
          fail("a cause is missing at %s", part.node());
        }
      }
    }
  }

  /** What is disjoint in time is in order. */
  private void isInOrder(Acquisition one, Acquisition other) {
    if (one.last() < other.first() || other.last() < one.first()) {
      return;
    }
    boolean hasMore = false;
    boolean hasLess = false;
    for (SimulatedWrite write : endedAfter(Math.min(one.first(), other.first()))) {
      for (Part part : write.parts()) {
        hasMore |= one.contains(part) && !other.contains(part);
        hasLess |= other.contains(part) && !one.contains(part);
      }
    }
    assertThat(hasMore && hasLess).as("a long fork").isFalse();
    assertThat(one.inWindow() && other.inWindow())
        .as("windows overlap: %s and %s", one, other)
        .isFalse();
  }

  /** All others were visible on each of their nodes before. */
  private List<SimulatedWrite> endedAfter(long moment) {
    List<SimulatedWrite> later = new ArrayList<>(underWay);
    for (int i = ended.size() - 1; i >= 0 && ended.get(i).visibleEverywhereAt() >= moment; i--) {
      later.add(ended.get(i));
    }
    return later;
  }
}
