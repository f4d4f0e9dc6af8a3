package dev.drover.gtm.client;

import static java.util.Objects.requireNonNull;

import dev.drover.gtm.protocol.Handshake;
import dev.drover.gtm.protocol.Role;
import java.util.List;

/**
 * Where the GTMs are, one of which is active, and who speaks to it.
 *
 * @param gtms all that may be active, in any order
 */
public record GtmClientConfig(List<GtmAddress> gtms, String secret, String name, Role role) {
  /** Units: characters. */
  public static final int MAX_NAME_LENGTH = 63;

  public GtmClientConfig {
    gtms = List.copyOf(gtms);
    requireNonNull(role);
    if (gtms.isEmpty()) {
      throw new IllegalArgumentException("a client needs a gtm");
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
    return role + " " + name + " at " + gtms;
  }
}
