package dev.drover.tests.concurrency;

import dev.drover.tests.TemporaryCluster;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Kills members of a cluster of two coordinators, in an order drawn by lot. */
public final class Kills {
  /** Each by itself; a server's name with a slash. */
  private static final List<String> VICTIMS =
      List.of(
          "server/dn1",
          "server/dn2",
          "server/dn3",
          "server/catalog",
          "coordinator",
          "coordinator2",
          "gtm",
          "dn1",
          "catalog");

  private final long seed;
  private final Random random;
  private final List<String> killed = new ArrayList<>();

  public Kills(long seed) {
    this.seed = seed;
    this.random = new Random(seed);
  }

  /** Every member once. */
  public List<String> alone() {
    List<String> victims = new ArrayList<>(VICTIMS);
    Collections.shuffle(victims, random);
    return victims;
  }

  /** Two that are killed together. */
  public List<String> inPairs() {
    List<String> victims = alone();
    return List.of(victims.get(0) + " " + victims.get(1));
  }

  /** Without warning; of several, one after another. */
  public void kill(TemporaryCluster cluster, String victims) {
    killed.add(victims);
    for (String victim : victims.split(" ", -1)) {
      int slash = victim.indexOf('/');
      if (slash < 0) {
        cluster.kill(victim);
      } else {
        cluster.killServer(victim.substring(slash + 1));
      }
    }
  }

  @Override
  public String toString() {
    return "seed %d, killed %s".formatted(seed, killed);
  }
}
