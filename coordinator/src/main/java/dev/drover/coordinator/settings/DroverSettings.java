package dev.drover.coordinator.settings;

import java.util.Set;

/** Parameters of Drover's own, which no server knows. */
public final class DroverSettings {
  /** Whether reads of several nodes see one moment: {@code strict} or {@code off}. */
  public static final String GLOBAL_SNAPSHOT = "drover.global_snapshot";

  /** Shows what snapshots over nodes have cost; nobody can set it. */
  public static final String GATE = "drover.gate";

  private static final Set<String> NAMES = Set.of(GLOBAL_SNAPSHOT, GATE);

  private DroverSettings() {}

  /** The coordinator itself answers SHOW. */
  public static boolean isOwn(String name) {
    return NAMES.contains(name);
  }
}
