package dev.drover.coordinator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * The simulated cluster with two or three GTMs, which crash, fall asleep, lose their servers and
 * follow each other, with many {@link Seeds}. The servers are one or three at first and three or
 * five in the end, and some lose their disks.
 */
final class StandbySimulationTest {
  private static final long DEFAULT_SEEDS = 800;

  private long terms;
  private long gxids;
  private long lostDisks;

  @Test
  void oneActsAtATimeAndNothingIsForgotten() {
    Seeds seeds = Seeds.orElse(DEFAULT_SEEDS);
    seeds.run(StandbySimulationTest::simulation, this::add);
    // The runs must have been worth it.
    long count = seeds.count();
    assertThat(terms).isGreaterThan(4 * count);
    assertThat(gxids).isGreaterThan(1000 * count);
    assertThat(lostDisks).isGreaterThan(count);
  }

  private static Simulation simulation(long seed) {
    int gtms = 2 + (int) (seed % 2);
    return new Simulation(seed, of -> new SimulatedStandbys(of, gtms));
  }

  private void add(Simulation simulation) {
    SimulatedStandbys standbys = (SimulatedStandbys) simulation.gtms;
    assertThat(standbys.isSettled()).as("the servers that remain decide").isTrue();
    terms += simulation.invariants.lastToAct().term();
    gxids += simulation.invariants.gxidCount();
    lostDisks += standbys.lostDisks();
  }
}
