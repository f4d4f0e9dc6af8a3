package dev.drover.coordinator.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.common.base.Strings;
import dev.drover.agent.recovery.CoordinatorLife;
import dev.drover.agent.recovery.GlobalTransaction;
import dev.drover.agent.recovery.Participant;
import dev.drover.coordinator.txn.TwoPhaseRun.Outcome;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A write on one node or, by a two-phase commit, on several: what happened where and when.
 *
 * <p>Invariant: of several parts none is committed before all are prepared (but for the decider),
 * and none after one was rolled back; none is rolled back after one was committed. What the client
 * was told is so for ever. Primaries of replicated tables commit last. A commit record stays while
 * a part is prepared.
 */
final class SimulatedWrite {
  static final long NEVER = Long.MAX_VALUE;

  private final Simulation simulation;
  private final CoordinatorEpoch by;
  private final Shape shape;
  private final long begunAt;
  private final List<Part> parts;
  private Optional<Outcome> told = Optional.empty();
  private boolean isOverwritten;
  private int visibleParts;
  private long visibleEverywhereAt = NEVER;

  /**
   * What is written where.
   *
   * @param decider the part that cannot be prepared
   * @param refused the part that its server does not take
   * @param certified what it reads must not have been overwritten when it commits
   */
  record Shape(
      List<Participant> participants, OptionalInt decider, OptionalInt refused, boolean certified) {
    Shape {
      participants = List.copyOf(participants);
    }
  }

  /** The part on one node. */
  static final class Part {
    private final SimulatedWrite whole;
    private final int number;
    private final Participant participant;
    private boolean isPrepared;
    private boolean isRolledBack;
    private long sentAt = NEVER;
    private long visibleAt = NEVER;
    private long ackedAt = NEVER;

    Part(SimulatedWrite whole, int number) {
      this.whole = whole;
      this.number = number;
      this.participant = whole.shape.participants.get(number);
    }

    SimulatedWrite whole() {
      return whole;
    }

    Participant participant() {
      return participant;
    }

    /** Of the node among all. */
    int place() {
      return participant.node();
    }

    String node() {
      return SimulatedNodes.NAMES.get(participant.node());
    }

    boolean isDecider() {
      return whole.shape.decider.equals(OptionalInt.of(number));
    }

    /** Its server does not take it. */
    boolean isRefused() {
      return whole.shape.refused.equals(OptionalInt.of(number));
    }

    long sentAt() {
      return sentAt;
    }

    long visibleAt() {
      return visibleAt;
    }

    long ackedAt() {
      return ackedAt;
    }

    boolean isVisible() {
      return visibleAt != NEVER;
    }

    private boolean isOpen() {
      return !isVisible() && !isRolledBack;
    }

    void prepare() {
      assertThat(isOpen() && !isDecider()).as("a part that may be prepared").isTrue();
      isPrepared = true;
    }

    void rollBack() {
      for (Part part : whole.parts) {
        if (part.isVisible()) {
          fail("a part of %s is rolled back, and one is committed", whole.by);
        }
      }
      if (whole.told.orElse(null) instanceof Outcome.Committed) {
        fail("a client was told that a write of %s is committed", whole.by);
      }
      isRolledBack = true;
    }

    void sent(long now) {
      sentAt = Math.min(sentAt, now);
    }

    void visible(long now) {
      assertThat(isVisible()).as("a part commits twice").isFalse();
      if (whole.isTwoPhase()) {
        requireOthers();
      }
      if (whole.told.orElse(null) instanceof Outcome.RolledBack) {
        fail("a client was told that a write of %s is rolled back", whole.by);
      }
      if (whole.isOverwritten) {
        fail("what %s has read was overwritten, and its write commits", whole.by);
      }
      whole.requireStill();
      sent(now);
      visibleAt = now;
      whole.visibleParts++;
      if (whole.visibleParts == whole.parts.size()) {
        whole.visibleEverywhereAt = now;
      }
    }

    private void requireOthers() {
      for (Part part : whole.parts) {
        boolean isDone = part.isDecider() ? part.isVisible() || part == this : part.isPrepared;
        if (!isDone || part.isRolledBack) {
          fail("a part of %s is committed while not all are prepared", whole.by);
        }
        boolean isEarlier = participant.commitsLast() && !part.participant.commitsLast();
        if (isEarlier && !part.isVisible()) {
          fail("a primary of %s is committed before %s", whole.by, part.participant);
        }
      }
    }

    void acked(long now) {
      ackedAt = Math.min(ackedAt, now);
    }

    /** Its commit record, by which others can tell that the whole is committed. */
    void recordGoes() {
      for (Part part : whole.parts) {
        if (part.isPrepared && part.isOpen()) {
          fail("the commit record of %s goes while %s is prepared", whole.by, part.participant);
        }
      }
    }
  }

  SimulatedWrite(Simulation simulation, CoordinatorEpoch by, Shape shape) {
    this.simulation = simulation;
    this.by = by;
    this.shape = shape;
    this.begunAt = simulation.now();
    this.parts =
        IntStream.range(0, shape.participants.size())
            .mapToObj(number -> new Part(this, number))
            .toList();
  }

  CoordinatorEpoch by() {
    return by;
  }

  Shape shape() {
    return shape;
  }

  /** As the names of its parts describe it. */
  GlobalTransaction as(long gxid) {
    return new GlobalTransaction(
        new CoordinatorLife(by.coordinatorId(), by.epoch()),
        gxid,
        Strings.padStart(Long.toHexString(gxid), GlobalTransaction.HASH_DIGITS, '0'),
        shape.certified,
        shape.participants);
  }

  /** What a certified write has read may have been overwritten unseen: it must not commit. */
  void overwritten() {
    isOverwritten = true;
  }

  long begunAt() {
    return begunAt;
  }

  List<Part> parts() {
    return parts;
  }

  boolean isTwoPhase() {
    return parts.size() > 1;
  }

  /** What the client hears. */
  void told(Outcome outcome) {
    assertThat(told).as("told before").isEmpty();
    told = Optional.of(outcome);
    switch (outcome) {
      case Outcome.Committed(Set<Integer> missing) -> {
        for (Part part : parts) {
          boolean isMissing = missing.contains(part.number);
          assertThat(part.isVisible() || isMissing).as("what a client was told shows").isTrue();
          if (!isMissing) {
            part.acked(simulation.now());
          }
        }
        boolean canBeUndone = shape.certified && visibleParts == 0;
        assertThat(canBeUndone).as("a certified write is told before a part shows").isFalse();
      }
      case Outcome.RolledBack() ->
          assertThat(isVisibleAnywhere()).as("a write that was told to be rolled back").isFalse();
      case Outcome.Unknown _, Outcome.LeftToResolver _ -> {}
    }
  }

  boolean isToldCommitted() {
    return told.orElse(null) instanceof Outcome.Committed;
  }

  /** What is finished behind a client's back may be while others have paused the cluster. */
  private void requireStill() {
    boolean isLate =
        told.orElse(null) instanceof Outcome.Committed
            || told.orElse(null) instanceof Outcome.Unknown;
    if (!isLate) {
      simulation.coordinators.forEach(one -> one.pauses().requireStill(by));
    }
  }

  boolean isVisibleEverywhere() {
    return visibleEverywhereAt != NEVER;
  }

  /** Since when; {@link #NEVER} if a part is missing. */
  long visibleEverywhereAt() {
    return visibleEverywhereAt;
  }

  boolean isPreparedEverywhere() {
    return isTwoPhase() && parts.stream().allMatch(part -> part.isPrepared || part.isDecider());
  }

  boolean isRolledBack() {
    return parts.stream().anyMatch(part -> part.isRolledBack);
  }

  boolean isVisibleAnywhere() {
    return visibleParts > 0;
  }
}
