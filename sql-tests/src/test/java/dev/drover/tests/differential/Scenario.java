package dev.drover.tests.differential;

import static java.util.Objects.requireNonNull;

/**
 * One way to run a script.
 *
 * @param literals which set of literals, 0 or 1
 * @param schema the fresh schema in which it runs, the same on both servers
 */
record Scenario(Placement placement, Mode mode, int literals, String schema) {
  Scenario {
    requireNonNull(placement);
    requireNonNull(mode);
    requireNonNull(schema);
    if (literals != 0 && literals != 1) {
      throw new IllegalArgumentException("there are two sets of literals");
    }
  }

  @Override
  public String toString() {
    return "%s, %s, literals %d".formatted(placement, mode, literals + 1);
  }
}
