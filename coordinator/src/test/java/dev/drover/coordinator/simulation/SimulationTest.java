package dev.drover.coordinator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Runs the real GTM, its clients, commits and resolvers in a simulated cluster, with many {@link
 * Seeds}.
 */
final class SimulationTest {
  private static final long DEFAULT_SEEDS = 1200;

  private long gxids;
  private long ended;
  private long publishes;
  private long victims;
  private long snapshots;
  private long pauses;
  private long resolved;

  @Test
  void theInvariantsHoldWhateverGoesWrong() {
    Seeds seeds = Seeds.orElse(DEFAULT_SEEDS);
    seeds.run(Simulation::new, this::add);
    // The runs must have been worth it.
    long count = seeds.count();
    assertThat(snapshots).isGreaterThan(100 * count);
    assertThat(gxids).isGreaterThan(1000 * count);
    assertThat(ended).isGreaterThanOrEqualTo(count);
    assertThat(publishes).isGreaterThanOrEqualTo(count);
    assertThat(victims).isGreaterThanOrEqualTo(count);
    assertThat(pauses).isGreaterThanOrEqualTo(count);
    assertThat(resolved).isGreaterThan(count);
  }

  private void add(Simulation simulation) {
    Invariants invariants = simulation.invariants;
    snapshots += simulation.snapshots.acquisitionCount();
    gxids += invariants.gxidCount();
    ended += invariants.endedCount();
    publishes += invariants.publishCount();
    victims += invariants.victimCount();
    pauses += invariants.pauseCount();
    resolved += invariants.resolvedCount();
  }
}
