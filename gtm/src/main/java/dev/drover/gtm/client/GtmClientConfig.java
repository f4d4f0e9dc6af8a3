package dev.drover.gtm.client;

import static java.util.Objects.requireNonNull;

import dev.drover.gtm.protocol.Handshake;
import dev.drover.gtm.protocol.Role;

/** Where the GTM is and who speaks to it. */
public record GtmClientConfig(String host, int port, String secret, String name, Role role) {
  /** Units: characters. */
  public static final int MAX_NAME_LENGTH = 63;

  private static final int MAX_PORT = 65_535;

  public GtmClientConfig {
    requireNonNull(host);
    requireNonNull(role);
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("no port has number " + port);
    }
    if (secret.length() < Handshake.MIN_SECRET_LENGTH) {
      throw new IllegalArgumentException("the cluster secret is too short");
    }
    if (name.isBlank() || name.length() > MAX_NAME_LENGTH) {
      throw new IllegalArgumentException("a name has 1 to " + MAX_NAME_LENGTH + " characters");
    }
  }

  @Override
  public String toString() {
    return role + " " + name + " at " + host + ":" + port;
  }
}
