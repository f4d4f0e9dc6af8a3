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
 * @param newest the newest epoch and to whom it was granted
 * @param endedThrough epochs up to here are dead
 * @param fencedThrough epochs up to here cannot have an effect any more
 */
record Registration(EpochGranted newest, long endedThrough, long fencedThrough) {

  static Registration first(EpochGranted granted) {
    return new Registration(granted, 0, 0);
  }

  Registration renewed(EpochGranted granted) {
    return new Registration(granted, epoch(), fencedThrough);
  }

  Registration ended(long through) {
    return new Registration(newest, Math.max(endedThrough, through), fencedThrough);
  }

  Registration fenced(long through) {
    return new Registration(newest, endedThrough, Math.max(fencedThrough, through));
  }

  int coordinatorId() {
    return newest.coordinatorId();
  }

  String name() {
    return newest.name();
  }

  long epoch() {
    return newest.epoch();
  }

  Applicant applicant() {
    return newest.applicant();
  }

  int maxTransactions() {
    return newest.maxTransactions();
  }

  boolean isLive() {
    return epoch() > endedThrough;
  }

  boolean isLive(long asked) {
    return isLive() && epoch() == asked;
  }

  /** The newest epoch that is dead and may still have an effect. */
  Optional<CoordinatorEpoch> unfenced() {
    return endedThrough > fencedThrough
        ? Optional.of(new CoordinatorEpoch(coordinatorId(), endedThrough))
        : Optional.empty();
  }

  /** Whether connections of this coordinator may exist. */
  boolean holdsGrant() {
    return isLive() || unfenced().isPresent();
  }

  CoordinatorEpoch identity() {
    return new CoordinatorEpoch(coordinatorId(), epoch());
  }
}
