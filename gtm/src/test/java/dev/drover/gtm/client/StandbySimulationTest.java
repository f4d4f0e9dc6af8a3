package dev.drover.gtm.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * The simulated cluster with two or three GTMs, which crash, fall asleep, lose their servers and
 * follow each other. The servers are one or three at first and three or five in the end, and some
 * lose their disks.
 *
 * <p>{@code -Dseed=N} runs that one, {@code -Dseeds=N} so many from there.
 */
final class StandbySimulationTest {
  private static final long DEFAULT_SEEDS = 40;

  @Test
  void oneActsAtATimeAndNothingIsForgotten() {
    long first = Long.getLong("seed", 1);
    boolean isOne = System.getProperty("seed") != null;
    long count = Long.getLong("seeds", isOne ? 1 : DEFAULT_SEEDS);
    long terms = 0;
    long gxids = 0;
    long lostDisks = 0;
    for (long seed = first; seed < first + count; seed++) {
      Simulation simulation = run(seed);
      terms += simulation.invariants.lastToAct().term();
      gxids += simulation.invariants.gxidCount();
      SimulatedStandbys standbys = (SimulatedStandbys) simulation.gtms;
      lostDisks += standbys.lostDisks();
      assertThat(standbys.isSettled()).as("seed %d: the servers that remain decide", seed).isTrue();
    }
    // The runs must have been worth it.
    assertThat(terms).isGreaterThan(4 * count);
    assertThat(gxids).isGreaterThan(1000 * count);
    assertThat(lostDisks).isGreaterThan(count);
  }

  private static Simulation run(long seed) {
    int gtms = 2 + (int) (seed % 2);
    Simulation simulation = new Simulation(seed, of -> new SimulatedStandbys(of, gtms));
    try {
      simulation.run();
      return simulation;
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "seed " + seed + " at " + simulation.now() / Simulation.MILLIS + " ms", e);
    }
  }
}
