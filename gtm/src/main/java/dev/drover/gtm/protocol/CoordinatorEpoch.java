package dev.drover.gtm.protocol;

/** One life of one coordinator; a later life of the same coordinator has a greater epoch. */
public record CoordinatorEpoch(int coordinatorId, long epoch) {
  @Override
  public String toString() {
    return coordinatorId + "@" + epoch;
  }
}
