package dev.drover.gtm.protocol;

import static java.util.Objects.requireNonNull;

/** One server process: the PostgreSQL backend with this pid on the node of this name. */
public record Backend(String node, int pid) {
  public Backend {
    requireNonNull(node);
  }

  @Override
  public String toString() {
    return node + ":" + pid;
  }
}
