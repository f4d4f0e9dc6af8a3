package dev.drover.gtm.protocol;

import java.util.List;

/**
 * Which coordinators the GTM holds for alive.
 *
 * <p>Invariant: an epoch that is missing from {@code live} in a settled answer never lives again,
 * provided that it had been registered before the question was asked. So a resolver first lists
 * prepared transactions and asks afterwards.
 *
 * @param settled false for one lease length after a start of the GTM; until then nobody may be
 *     taken for dead
 * @param live the epochs whose lease has not ended
 * @param unfenced the highest ended epoch of each coordinator that nobody has yet reported fenced
 */
public record Liveness(
    boolean settled, List<CoordinatorEpoch> live, List<CoordinatorEpoch> unfenced) {
  public Liveness {
    live = List.copyOf(live);
    unfenced = List.copyOf(unfenced);
  }

  /** Whether this epoch is dead beyond doubt, whatever the GTM has yet to hear. */
  public boolean isDead(CoordinatorEpoch epoch) {
    return settled && !live.contains(epoch);
  }
}
