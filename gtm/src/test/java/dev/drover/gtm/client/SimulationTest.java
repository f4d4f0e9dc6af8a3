package dev.drover.gtm.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Runs the real cores of GTM and clients in a simulated cluster, one run for each seed.
 *
 * <p>{@code -Dseed=N} runs that one, {@code -Dseeds=N} so many from there.
 */
final class SimulationTest {
  private static final long DEFAULT_SEEDS = 60;

  @Test
  void theInvariantsHoldWhateverGoesWrong() {
    long first = Long.getLong("seed", 1);
    boolean isOne = System.getProperty("seed") != null;
    long count = Long.getLong("seeds", isOne ? 1 : DEFAULT_SEEDS);
    long gxids = 0;
    long ended = 0;
    long publishes = 0;
    long victims = 0;
    long snapshots = 0;
    long pauses = 0;
    for (long seed = first; seed < first + count; seed++) {
      Simulation simulation = run(seed);
      Invariants invariants = simulation.invariants;
      snapshots += simulation.snapshots.acquisitionCount();
      gxids += invariants.gxidCount();
      ended += invariants.endedCount();
      publishes += invariants.publishCount();
      victims += invariants.victimCount();
      pauses += invariants.pauseCount();
    }
    assertThat(snapshots).isGreaterThan(100 * count);
    // The runs must have been worth it.
    assertThat(gxids).isGreaterThan(1000 * count);
    assertThat(ended).isGreaterThanOrEqualTo(count);
    assertThat(publishes).isGreaterThanOrEqualTo(count);
    assertThat(victims).isGreaterThanOrEqualTo(count);
    assertThat(pauses).isGreaterThanOrEqualTo(count);
  }

  private static Simulation run(long seed) {
    Simulation simulation = new Simulation(seed);
    try {
      simulation.run();
      return simulation;
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "seed " + seed + " at " + simulation.now() / Simulation.MILLIS + " ms", e);
    }
  }
}
