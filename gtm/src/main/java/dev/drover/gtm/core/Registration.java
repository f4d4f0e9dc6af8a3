package dev.drover.gtm.core;

import dev.drover.gtm.core.GtmRecord.Applicant;
import dev.drover.gtm.core.GtmRecord.EpochGranted;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import java.util.Optional;

/**
 * What is durably known of a coordinator.
 *
 * <p>Invariant: {@code fencedThrough <= endedThrough <= epoch}.
 *
 * @param epoch the newest one granted
 * @param endedThrough epochs up to here are dead
 * @param fencedThrough epochs up to here cannot have an effect any more
 */
record Registration(
    int coordinatorId,
    String name,
    long epoch,
    Applicant applicant,
    int maxTransactions,
    long endedThrough,
    long fencedThrough) {

  static Registration first(EpochGranted granted) {
    return new Registration(
        granted.coordinatorId(),
        granted.name(),
        granted.epoch(),
        granted.applicant(),
        granted.maxTransactions(),
        0,
        0);
  }

  Registration renewed(EpochGranted granted) {
    return new Registration(
        coordinatorId,
        name,
        granted.epoch(),
        granted.applicant(),
        granted.maxTransactions(),
        epoch,
        fencedThrough);
  }

  Registration ended(long through) {
    return new Registration(
        coordinatorId,
        name,
        epoch,
        applicant,
        maxTransactions,
        Math.max(endedThrough, through),
        fencedThrough);
  }

  Registration fenced(long through) {
    return new Registration(
        coordinatorId,
        name,
        epoch,
        applicant,
        maxTransactions,
        endedThrough,
        Math.max(fencedThrough, through));
  }

  boolean isLive() {
    return epoch > endedThrough;
  }

  boolean isLive(long asked) {
    return isLive() && epoch == asked;
  }

  /** The newest epoch that is dead and may still have an effect. */
  Optional<CoordinatorEpoch> unfenced() {
    return endedThrough > fencedThrough
        ? Optional.of(new CoordinatorEpoch(coordinatorId, endedThrough))
        : Optional.empty();
  }

  /** Whether connections of this coordinator may exist. */
  boolean holdsGrant() {
    return isLive() || unfenced().isPresent();
  }

  CoordinatorEpoch identity() {
    return new CoordinatorEpoch(coordinatorId, epoch);
  }
}
