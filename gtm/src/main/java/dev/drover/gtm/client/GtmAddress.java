package dev.drover.gtm.client;

import static java.util.Objects.requireNonNull;

/** Where a GTM listens. */
public record GtmAddress(String host, int port) {
  private static final int MAX_PORT = 65_535;

  public GtmAddress {
    requireNonNull(host);
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("no port has number " + port);
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
