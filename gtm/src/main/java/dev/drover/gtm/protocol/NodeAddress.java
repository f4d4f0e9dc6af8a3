package dev.drover.gtm.protocol;

import static java.util.Objects.requireNonNull;

/** Where the server of a node listens, so that the deadlock detector can ask it who waits. */
public record NodeAddress(String node, String host, int port) {
  public NodeAddress {
    requireNonNull(node);
    requireNonNull(host);
  }
}
