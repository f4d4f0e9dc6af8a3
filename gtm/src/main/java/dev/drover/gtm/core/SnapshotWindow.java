package dev.drover.gtm.core;

import dev.drover.gtm.gate.GateUse;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GateLimits;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * One window on its way: who takes part, how far it has got, and what it has cost so far.
 *
 * <pre>
 *   draining --all drained--> holding --all held--> taking, one after the other --> over
 * </pre>
 *
 * <p>Threads: confined to the owning {@link SnapshotWindows}.
 */
final class SnapshotWindow {
  /** This part of a hold is given up for drift between the two clocks. */
  private static final int DRIFT_MARGIN_DIVISOR = 8;

  private final long number;
  private final Set<CoordinatorEpoch> participants;
  private final GateLimits limits;
  private final long startedAt;
  private final Set<CoordinatorEpoch> answered = new HashSet<>();
  private final SequencedMap<CoordinatorEpoch, Long> turns = new LinkedHashMap<>();
  private final Set<CoordinatorEpoch> taken = new HashSet<>();
  private Stage stage;
  private long holdSentAt;
  private boolean metSecondPhases;
  private boolean metCommits;
  private boolean refused;

  /** What is waited for. */
  sealed interface Stage {
    record Draining() implements Stage {}

    record Holding() implements Stage {}

    /** One coordinator takes its snapshots; nobody is taking between two of them. */
    record Taking(Optional<CoordinatorEpoch> taker) implements Stage {}
  }

  SnapshotWindow(
      long number,
      Set<CoordinatorEpoch> participants,
      GateLimits limits,
      boolean drainsFirst,
      long now) {
    this.number = number;
    this.participants = Collections.unmodifiableSet(new LinkedHashSet<>(participants));
    this.limits = limits;
    this.startedAt = now;
    this.holdSentAt = now;
    this.stage = drainsFirst ? new Stage.Draining() : new Stage.Holding();
  }

  GateLimits limits() {
    return limits;
  }

  long number() {
    return number;
  }

  Set<CoordinatorEpoch> participants() {
    return participants;
  }

  Stage stage() {
    return stage;
  }

  boolean isRefused() {
    return refused;
  }

  boolean hasTaken(CoordinatorEpoch coordinator) {
    return taken.contains(coordinator);
  }

  boolean haveAllAnswered() {
    return answered.containsAll(participants);
  }

  void drained(CoordinatorEpoch by, boolean waited) {
    if (stage instanceof Stage.Draining) {
      answered.add(by);
      metSecondPhases |= waited;
    }
  }

  void held(CoordinatorEpoch by, boolean waiting) {
    if (stage instanceof Stage.Holding) {
      answered.add(by);
      metCommits |= waiting;
    }
  }

  void refused() {
    refused = true;
  }

  /** Counts only if every coordinator was still sure to hold when this came in. */
  void taken(CoordinatorEpoch by, long now) {
    if (stage.equals(new Stage.Taking(Optional.of(by))) && !isLate(now)) {
      taken.add(by);
    }
  }

  void hold(long now) {
    answered.clear();
    holdSentAt = now;
    stage = new Stage.Holding();
  }

  /** All hold: who had asked by now is served, each coordinator in its turn. */
  void freeze(SequencedMap<CoordinatorEpoch, Long> wants) {
    turns.putAll(wants);
    stage = new Stage.Taking(Optional.empty());
  }

  boolean isTaking() {
    return stage instanceof Stage.Taking(Optional<CoordinatorEpoch> taker)
        && taker.isPresent()
        && !taken.contains(taker.get());
  }

  /** Whose turn it is now, if anybody is left. */
  Optional<CoordinatorEpoch> nextTaker() {
    Optional<CoordinatorEpoch> next =
        turns.keySet().stream().filter(one -> !taken.contains(one)).findFirst();
    stage = new Stage.Taking(next);
    return next;
  }

  /** Whether everybody who had asked has taken. */
  boolean isServed() {
    return stage instanceof Stage.Taking && taken.containsAll(turns.keySet());
  }

  /** The last reader that is served in this window. */
  long through(CoordinatorEpoch taker) {
    return turns.getOrDefault(taker, 0L);
  }

  boolean isLate(long now) {
    return now - deadline() >= 0;
  }

  /**
   * When the stage has to be over. A coordinator holds for the whole limit from when it heard of
   * it, so for less than that from when it was sent all of them hold, whatever their clocks do.
   */
  long deadline() {
    return switch (stage) {
      case Stage.Draining() -> startedAt + limits.drainNanos();
      case Stage.Holding(), Stage.Taking _ ->
          holdSentAt + limits.holdNanos() - limits.holdNanos() / DRIFT_MARGIN_DIVISOR;
    };
  }

  GateUse use(long now) {
    long held = stage instanceof Stage.Draining ? 0 : now - holdSentAt;
    return new GateUse(now - startedAt, held, metSecondPhases, metCommits);
  }
}
