package dev.drover.coordinator.settings;

import java.util.Set;

/** Parameters of Drover's own, which no server knows. */
public final class DroverSettings {
  /**
   * Whether reads of several nodes see one moment: {@code strict}, {@code bounded}, {@code off}.
   */
  public static final String GLOBAL_SNAPSHOT = "drover.global_snapshot";

  /** How old that moment may be when it is bounded. Units: milliseconds. */
  public static final String MAX_AGE = "drover.global_snapshot_max_age";

  /** How many bytes a statement may move between nodes. */
  public static final String GATHER_LIMIT = "drover.gather_limit";

  /** Shows what snapshots over nodes have cost; nobody can set it. */
  public static final String GATE = "drover.gate";

  /** Shows whether the cluster is paused; nobody can set it. */
  public static final String PAUSED = "drover.paused";

  private static final Set<String> NAMES =
      Set.of(GLOBAL_SNAPSHOT, MAX_AGE, GATHER_LIMIT, GATE, PAUSED);

  private DroverSettings() {}

  /** The coordinator itself answers SHOW. */
  public static boolean isOwn(String name) {
    return NAMES.contains(name);
  }
}
