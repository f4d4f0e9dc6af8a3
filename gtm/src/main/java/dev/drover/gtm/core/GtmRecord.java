package dev.drover.gtm.core;

/** A durable fact; the state is what the records since the first one add up to. */
public sealed interface GtmRecord {
  /** A GTM has started for the n-th time on this state. */
  record Started(long boot) implements GtmRecord {}

  /** All GXIDs below this one may have been handed out. */
  record GxidsLeased(long toExclusive) implements GtmRecord {}

  /** A coordinator has got a new epoch, which ends its older ones. */
  record EpochGranted(
      int coordinatorId, String name, long epoch, Applicant applicant, int maxTransactions)
      implements GtmRecord {}

  /** The process that asked for an epoch, and which of its requests it was. */
  record Applicant(long incarnation, long attempt) {}

  /** This epoch of the coordinator and all older ones are dead. */
  record EpochEnded(int coordinatorId, long epoch) implements GtmRecord {}

  /** Nothing of this epoch or an older one can have an effect any more. */
  record EpochFenced(int coordinatorId, long epoch) implements GtmRecord {}

  /** A catalog change is under way. */
  record RoundOpened(long version, int coordinatorId, long epoch, long publish)
      implements GtmRecord {}

  /** The catalog change is over; if it changed anything, its number is now the version. */
  record RoundClosed(long version, boolean changed) implements GtmRecord {}
}
